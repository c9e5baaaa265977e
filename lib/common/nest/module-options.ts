import type { DynamicModule, FactoryProvider, Provider, Type } from '@nestjs/common';

import { wrongOption } from '../errors/wrong-use.ts';
import { objectOption, wrongType } from '../options/checks.ts';
import { noteOption } from '../options/config-sources.ts';
import type { FeatureOptions } from '../options/feature-options.ts';
import { thisMachine } from '../options/machine.ts';
import type { AsyncOptions, OptionsFactory } from './async-options.ts';

/** What a module imports and provides to have its options. */
export interface OptionsParts {
  imports: NonNullable<DynamicModule['imports']>;
  providers: Provider[];
}

const WAYS = ['useFactory', 'useClass', 'useExisting'] as const;

export const ASYNC_OPTIONS = ['imports', 'inject', ...WAYS] as const;

/** Options of one module, from its `forRoot` or `forRootAsync`: checked, then provided as `token`. */
export class ModuleOptions<O extends object, R> {
  /** A text: Nest fails to write the message of a circular dependency of symbols. */
  readonly token: string;
  readonly #module: string;
  readonly #options: FeatureOptions<O, R>;

  constructor(module: string, options: FeatureOptions<O, R>) {
    this.token = `nestjs-buttress.${module}.options`;
    this.#module = module;
    this.#options = options;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  from(options: O | undefined): OptionsParts {
    return {
      imports: [],
      providers: [{ provide: this.token, useValue: this.#resolve(options) }],
    };
  }

  /**
   * Checks what the factory returns when the application starts.
   *
   * @throws TypeError unless exactly one way to make the options is given
   */
  fromAsync(given: AsyncOptions<O>): OptionsParts {
    const name = `${this.#module}.forRootAsync`;
    const { imports = [] } = objectOption(name, given, ASYNC_OPTIONS);
    const { create, inject, own } = factoryOf(name, given);
    const options: FactoryProvider = {
      provide: this.token,
      inject,
      useFactory: async (...args: never[]) => {
        const made = await create(...args);
        // `forRoot` takes undefined as all defaults; from a factory it is a return forgotten.
        if (made !== undefined) return this.#resolve(made);
        throw wrongType(`What the factory of ${name} returns`, 'an object', made);
      },
    };
    return { imports, providers: [...own, options] };
  }

  /** Resolves options, and notes each value for the configuration page. */
  #resolve(given: O | undefined): R {
    return this.#options.resolve(given, thisMachine(), noteOption);
  }

  /** Makes `holder` a module that provides the options to several others. */
  sharedBy(holder: Type, { imports, providers }: OptionsParts): DynamicModule {
    return { module: holder, imports, providers, exports: [this.token] };
  }
}

interface Factory<O> {
  create: (...args: never[]) => O | Promise<O>;
  inject: NonNullable<FactoryProvider['inject']>;
  /** The class of `useClass`, which nothing else provides. */
  own: Provider[];
}

function factoryOf<O>(name: string, given: AsyncOptions<O>): Factory<O> {
  const ways = WAYS.filter((way) => given[way] !== undefined);
  if (ways.length !== 1) {
    const received = ways.length === 0 ? 'none' : ways.join(' and ');
    throw wrongOption(
      `${name} takes exactly one of useFactory, useClass and useExisting. Received ${received}.`,
    );
  }
  const { inject, useFactory, useClass, useExisting } = given;
  if (useFactory !== undefined) {
    if (typeof useFactory !== 'function')
      throw wrongType(`${name}.useFactory`, 'a function', useFactory);
    return { create: useFactory, inject: inject ?? [], own: [] };
  }
  if (inject !== undefined) {
    throw wrongOption(
      `${name}.inject goes with useFactory. A class takes its dependencies in its constructor.`,
    );
  }
  const create = (factory: OptionsFactory<O>) => createdBy(name, factory);
  if (useClass !== undefined) {
    if (typeof useClass !== 'function') throw wrongType(`${name}.useClass`, 'a class', useClass);
    return { create, inject: [useClass], own: [useClass] };
  }
  if (!['function', 'string', 'symbol'].includes(typeof useExisting)) {
    throw wrongType(`${name}.useExisting`, 'the token of a provider', useExisting);
  }
  return { create, inject: [useExisting], own: [] };
}

/** @throws TypeError that does not show the provider: it may hold secrets */
function createdBy<O>(name: string, factory: OptionsFactory<O>): O | Promise<O> {
  if (typeof factory?.createOptions === 'function') return factory.createOptions();
  throw wrongOption(`The provider that ${name} names has no method createOptions().`);
}
