import type { Abstract, DynamicModule, FactoryProvider, Type } from '@nestjs/common';

/** A provider that makes a module's options, for `useClass` and `useExisting`. */
export interface OptionsFactory<O> {
  createOptions(): O | Promise<O>;
}

/**
 * Options of a module that providers make, in one of three ways: a function (`useFactory`), a class
 * of its own (`useClass`), or a provider that exists already (`useExisting`).
 */
export type AsyncOptions<O> = { imports?: NonNullable<DynamicModule['imports']> } & (
  | OptionsFromFunction<O>
  | OptionsFromClass<O>
  | OptionsFromProvider<O>
);

/** A function that makes the options. */
export interface OptionsFromFunction<O> {
  /** Its arguments: providers of `imports` and of global modules. @default none */
  inject?: NonNullable<FactoryProvider['inject']>;
  useFactory: (...args: never[]) => O | Promise<O>;
  useClass?: never;
  useExisting?: never;
}

/** A class of which Nest makes an instance for this alone. */
export interface OptionsFromClass<O> {
  useClass: Type<OptionsFactory<O>>;
  inject?: never;
  useFactory?: never;
  useExisting?: never;
}

/** The token of a provider that `imports` or a global module exports. */
export interface OptionsFromProvider<O> {
  useExisting: Type<OptionsFactory<O>> | Abstract<OptionsFactory<O>> | string | symbol;
  inject?: never;
  useFactory?: never;
  useClass?: never;
}
