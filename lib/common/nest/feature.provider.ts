import { type FactoryProvider, Logger, type OnModuleInit, type Type } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';

import { answerAsProblems } from '../http/problem-answers.filter.ts';
import { isPoolThread } from '../process/pool-thread.ts';
import { decoratorUses, type UsedClass } from './decorator-use.ts';
import { DecoratorUseError } from './module-use.errors.ts';
import { assertSingles, noteSingle } from './only-once.ts';
import { type Feature, FEATURE_MODULES } from './use-marks.ts';

/** The fields used of Nest's wrapper of a provider or controller. */
interface Wrapper {
  readonly instance: unknown;
  readonly metatype: unknown;
  isDependencyTreeStatic(): boolean;
}

interface AnyModule {
  readonly providers: ReadonlyMap<unknown, Wrapper>;
  readonly controllers: ReadonlyMap<unknown, Wrapper>;
  /** Guards, interceptors, pipes and filters that decorators of Nest name. */
  readonly injectables?: ReadonlyMap<unknown, Wrapper>;
}

/** Applications whose decorators were checked. */
const looked = new WeakSet<ModulesContainer>();

/**
 * Registers a feature with the application. At start it checks that `module` is imported once and
 * that decorators are used correctly, and has our errors answered.
 *
 * @throws ModuleUseError, DecoratorUseError at application start
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
      // A thread's module may import anything: features do nothing there.
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

/** Checks each application once, however many features it has. */
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
  // Where they are providers too, their methods are found there.
  for (const { injectables } of modules) {
    for (const wrapper of injectables?.values() ?? []) {
      const prototype = prototypeOf(wrapper);
      if (prototype !== undefined && !classes.has(prototype)) add(classes, wrapper, true);
    }
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
