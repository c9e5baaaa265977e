import { type FactoryProvider, Logger, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';

import { decoratorUses, type UsedClass } from './decorator-use.ts';
import { DecoratorUseError } from './module-use.errors.ts';
import { assertSingles, noteSingle } from './only-once.ts';
import { isPoolThread } from './pool-thread.ts';
import { answerAsProblems } from './problem-answers.filter.ts';
import { type Feature, FEATURE_MODULES } from './use-marks.ts';

/** What is needed of what Nest knows of a provider or a controller. */
interface Wrapper {
  readonly instance: unknown;
  readonly metatype: unknown;
  isDependencyTreeStatic(): boolean;
}

interface AnyModule {
  readonly providers: ReadonlyMap<unknown, Wrapper>;
  readonly controllers: ReadonlyMap<unknown, Wrapper>;
}

/** Applications whose decorators were looked at. */
const looked = new WeakSet<ModulesContainer>();

/**
 * Tells the application that a feature is there. At its start it makes sure that `module` is
 * imported once, that decorators stand where they work, and that errors of ours are answered.
 *
 * @throws ModuleUseError, DecoratorUseError (when the application starts)
 */
export function featureProvider(
  feature: Feature | undefined,
  module?: Type,
  options?: { isUmbrella: boolean },
): FactoryProvider {
  if (module !== undefined) noteSingle(module, options);
  return {
    provide: feature === undefined ? Symbol('nestjs-buttress.feature') : tokenOf(feature),
    inject: [ModulesContainer, ApplicationConfig, HttpAdapterHost],
    useFactory: (modules: ModulesContainer, config: ApplicationConfig, host: HttpAdapterHost) => {
      // A thread's module imports what it likes: features do nothing there.
      if (isPoolThread()) return {};
      assertSingles(modules);
      answerAsProblems(config, host);
      return new FeatureUse(modules);
    },
  };
}

function tokenOf(feature: Feature): symbol {
  return Symbol.for(`nestjs-buttress.feature.${feature}`);
}

/** Looks once for each application, whatever features it has. */
class FeatureUse implements OnModuleInit {
  readonly #modules: ModulesContainer;

  constructor(modules: ModulesContainer) {
    this.#modules = modules;
  }

  onModuleInit(): void {
    if (looked.has(this.#modules)) return;
    looked.add(this.#modules);
    const modules: readonly AnyModule[] = [...this.#modules.values()];
    const names = Object.keys(FEATURE_MODULES) as Feature[];
    const features = names.filter((name) => {
      return modules.some(({ providers }) => providers.has(tokenOf(name)));
    });
    const { problems, warnings } = decoratorUses(classesOf(modules), new Set(features));
    if (problems.length > 0) throw new DecoratorUseError(problems);
    const log = new Logger('Buttress');
    for (const warning of warnings) log.warn(warning);
  }
}

function classesOf(modules: readonly AnyModule[]): Iterable<UsedClass> {
  const classes = new Map<object, UsedClass>();
  for (const { providers, controllers } of modules) {
    for (const wrapper of providers.values()) add(classes, wrapper, false);
    for (const wrapper of controllers.values()) add(classes, wrapper, true);
  }
  return classes.values();
}

function add(classes: Map<object, UsedClass>, wrapper: Wrapper, isController: boolean): void {
  const prototype = prototypeOf(wrapper);
  if (prototype === undefined || prototype === Object.prototype) return;
  const known = classes.get(prototype);
  classes.set(prototype, { prototype, isController: isController || known?.isController === true });
}

function prototypeOf(wrapper: Wrapper): object | undefined {
  const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
  if (typeof instance === 'object' && instance !== null) {
    return (Object.getPrototypeOf(instance) as object | null) ?? undefined;
  }
  return (wrapper.metatype as { prototype?: object } | null)?.prototype;
}
