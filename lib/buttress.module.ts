import { type DynamicModule, Module } from '@nestjs/common';

import { ContextModule } from './context/context.module.ts';
import type { ContextModuleOptions } from './context/context.options.ts';
import { LoggingModule } from './logging/logging.module.ts';
import type { LoggingModuleOptions } from './logging/logging.options.ts';
import { StatsModule } from './stats/stats.module.ts';
import type { StatsModuleOptions } from './stats/stats.options.ts';

/** Options of the features; a feature is left out with `false`. */
export interface ButtressModuleOptions {
  context?: ContextModuleOptions;
  stats?: StatsModuleOptions | false;
  logging?: LoggingModuleOptions | false;
}

/** All features in one module, each as its own module would have it. */
@Module({})
export class ButtressModule {
  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot({ context, stats, logging }: ButtressModuleOptions = {}): DynamicModule {
    return {
      module: ButtressModule,
      imports: [
        ContextModule.forRoot(context),
        ...(stats === false ? [] : [StatsModule.forRoot(stats)]),
        ...(logging === false ? [] : [LoggingModule.forRoot(logging)]),
      ],
    };
  }
}
