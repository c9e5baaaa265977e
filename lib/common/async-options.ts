import type { DynamicModule, FactoryProvider } from '@nestjs/common';

/** Factory of a module's options, as is usual in Nest. */
export interface AsyncOptions<O> {
  /** Modules that export the providers in `inject`. @default none */
  imports?: NonNullable<DynamicModule['imports']>;
  /** Arguments of the factory. @default nothing */
  inject?: NonNullable<FactoryProvider['inject']>;
  useFactory: (...args: never[]) => O | Promise<O>;
}
