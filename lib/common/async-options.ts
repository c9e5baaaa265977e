import type { DynamicModule, FactoryProvider } from '@nestjs/common';

/** How a module's options come from a factory, as everywhere in Nest. */
export interface AsyncOptions<O> {
  /** Modules whose exports `inject` names. @default none */
  imports?: NonNullable<DynamicModule['imports']>;
  /** What the factory gets. @default nothing */
  inject?: NonNullable<FactoryProvider['inject']>;
  useFactory: (...args: never[]) => O | Promise<O>;
}
