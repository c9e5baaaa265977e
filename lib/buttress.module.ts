import { type DynamicModule, Module } from '@nestjs/common';

import { AdmissionModule } from './admission/admission.module.ts';
import type { AdmissionModuleOptions } from './admission/admission.options.ts';
import { HealthModule } from './cluster/health.module.ts';
import { ConnectionsModule } from './connections/connections.module.ts';
import type { ConnectionsModuleOptions } from './connections/connections.options.ts';
import { ContextModule } from './context/context.module.ts';
import type { ContextModuleOptions } from './context/context.options.ts';
import { LoggingModule } from './logging/logging.module.ts';
import type { LoggingModuleOptions } from './logging/logging.options.ts';
import { MetaModule } from './meta/meta.module.ts';
import type { MetaModuleOptions } from './meta/meta.options.ts';
import { StatsModule } from './stats/stats.module.ts';
import type { StatsModuleOptions } from './stats/stats.options.ts';
import { ThreadsModule } from './threads/threads.module.ts';
import type { ThreadsModuleOptions } from './threads/threads.options.ts';

/** Options of the features; a feature is left out with `false`. */
export interface ButtressModuleOptions {
  context?: ContextModuleOptions;
  admission?: AdmissionModuleOptions | false;
  stats?: StatsModuleOptions | false;
  logging?: LoggingModuleOptions | false;
  threads?: ThreadsModuleOptions | false;
  connections?: ConnectionsModuleOptions | false;
  meta?: MetaModuleOptions | false;
}

/** All features in one module, each as its own module would have it. */
@Module({})
export class ButtressModule {
  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot({
    context,
    admission,
    stats,
    logging,
    threads,
    connections,
    meta,
  }: ButtressModuleOptions = {}): DynamicModule {
    return {
      module: ButtressModule,
      imports: [
        ContextModule.forRoot(context),
        HealthModule,
        ...(admission === false ? [] : [AdmissionModule.forRoot(admission)]),
        ...(stats === false ? [] : [StatsModule.forRoot(stats)]),
        ...(logging === false ? [] : [LoggingModule.forRoot(logging)]),
        ...(threads === false ? [] : [ThreadsModule.forRoot(threads)]),
        ...(connections === false ? [] : [ConnectionsModule.forRoot(connections)]),
        ...(meta === false ? [] : [MetaModule.forRoot(meta)]),
      ],
    };
  }
}
