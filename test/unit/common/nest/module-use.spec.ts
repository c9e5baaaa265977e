import { describe, expect, it } from 'vitest';

import { decoratorUses, type UsedClass } from '../../../../lib/common/nest/decorator-use.ts';
import { assertSingles, noteSingle } from '../../../../lib/common/nest/only-once.ts';
import { type Feature, markUse, type UseMark } from '../../../../lib/common/nest/use-marks.ts';

const ALL = new Set<Feature>(['context', 'admission', 'threads', 'stats', 'liveness', 'meta']);

/** Marks what it stands on, as decorators of ours do. */
function marked(mark: UseMark): ClassDecorator & MethodDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    markUse((descriptor?.value as object | undefined) ?? target, mark);
  };
}

/** What Nest's decorators of routes leave. */
const IS_ROUTE: MethodDecorator = (_target, _key, { value }) => {
  Reflect.defineMetadata('method', 0, value as object);
};

const CPU_BOUND = { decorator: '@CpuBound', feature: 'threads', on: 'provider' } as const;
const PRIORITY = { decorator: '@Priority', feature: 'admission', on: 'route' } as const;
const SKIP_DEADLINE = { decorator: '@SkipDeadline', feature: 'context', on: 'route' } as const;

class Work {
  @marked(CPU_BOUND)
  render(): void {}
}

class Renderer extends Work {}

@marked(PRIORITY)
class Resolver {
  @marked(SKIP_DEADLINE)
  list(): void {}
}

@marked(PRIORITY)
class Routes {
  @marked(SKIP_DEADLINE)
  @IS_ROUTE
  list(): void {}
}

function used({ prototype }: { prototype: object }, isController: boolean): UsedClass {
  return { prototype, isController };
}

describe('R26, R36 Decorators', () => {
  it('pass on providers and on routes.', () => {
    const uses = decoratorUses([used(Renderer, false), used(Routes, true)], ALL);
    expect(uses).toEqual({ problems: [], warnings: [] });
  });

  it('of threads are a problem on a controller, inherited or not.', () => {
    expect(decoratorUses([used(Renderer, true)], ALL).problems).toEqual([
      '@CpuBound on Renderer.render does nothing: it is for methods of providers: move the work to one, and call it from here',
    ]);
  });

  it('of routes are a problem elsewhere, on a method and on a class.', () => {
    const { problems } = decoratorUses([used(Resolver, false)], ALL);
    expect(problems).toEqual([
      expect.stringMatching(/^@Priority on Resolver does nothing: it is for HTTP routes/),
      expect.stringMatching(/^@SkipDeadline on Resolver.list does nothing: it is for HTTP routes/),
    ]);
  });

  it('whose module is missing are named, once for each.', () => {
    const { problems, warnings } = decoratorUses(
      [used(Renderer, false), used(Work, false), used(Routes, true)],
      new Set<Feature>(['context']),
    );
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      '@CpuBound on Renderer.render, Work.render does nothing: ThreadsModule is not imported',
      '@Priority on Routes does nothing: AdmissionModule is not imported',
    ]);
  });
});

/** Stand for classes of modules. */
const Inner = { name: 'Inner' };
const Outer = { name: 'Outer' };
const App = { name: 'App' };
const Orders = { name: 'Orders' };

noteSingle(Inner);
noteSingle(Outer, { isUmbrella: true });

Reflect.defineMetadata('imports', [{ module: Inner }], Orders);
Reflect.defineMetadata('imports', [{ module: Outer }, { module: Inner }], App);

function container(...classes: { name: string }[]): Map<string, { metatype: { name: string } }> {
  return new Map(classes.map((metatype, at) => [String(at), { metatype }]));
}

describe('R26 A module', () => {
  it('that is imported twice is refused by the names of its importers.', () => {
    expect(() => assertSingles(container(App, Orders, Inner, Inner))).toThrow(
      'Inner is imported 2 times, by App and Orders: import it once',
    );
    expect(() => assertSingles(container(Orders, Outer, Inner, Inner))).toThrow(
      'Inner is imported 2 times, by Orders and Outer: give its options to Outer, which brings it along, and remove it from Orders.',
    );
  });

  it('that its umbrella leaves out is refused by the names of its importers alone.', () => {
    expect(() => assertSingles(container(App, Orders, Outer, Inner, Inner))).toThrow(
      'Inner is imported 2 times, by App and Orders: import it once',
    );
  });

  it('that is there twice with its importer is refused by the name of that importer.', () => {
    expect(() => assertSingles(container(App, Outer, Outer, Inner, Inner))).toThrow(
      'Outer is imported 2 times, by App: import it once',
    );
  });

  it('that is there once passes, whatever imports it.', () => {
    expect(() => assertSingles(container(App, Orders, Outer, Inner))).not.toThrow();
  });
});
