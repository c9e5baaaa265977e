import { type DynamicModule, Inject, Module, Optional } from '@nestjs/common';

import { AdmissionModule } from './admission/admission.module.ts';
import type { AdmissionModuleOptions } from './admission/admission.options.ts';
import { HealthModule } from './cluster/health/health.module.ts';
import { featureProvider } from './common/feature.provider.ts';
import { ModuleUseError } from './common/module-use.errors.ts';
import { objectOption } from './common/options.ts';
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

/** Options of each feature; `false` leaves it out. */
export interface ButtressModuleOptions {
  context?: ContextModuleOptions;
  admission?: AdmissionModuleOptions | false;
  stats?: StatsModuleOptions | false;
  logging?: LoggingModuleOptions | false;
  threads?: ThreadsModuleOptions | false;
  connections?: ConnectionsModuleOptions | false;
  meta?: MetaModuleOptions | false;
}

const FEATURES = [
  'context',
  'admission',
  'stats',
  'logging',
  'threads',
  'connections',
  'meta',
] as const;

const IS_CONFIGURED = Symbol('nestjs-buttress.is-configured');

/** All features in one module. Import `forRoot()` once, in the root module. */
@Module({})
export class ButtressModule {
  /** @throws ModuleUseError if the class itself is imported: it has no features */
  constructor(@Optional() @Inject(IS_CONFIGURED) isConfigured?: true) {
    if (isConfigured === true) return;
    throw new ModuleUseError(
      'ButtressModule itself has no feature: import ButtressModule.forRoot() in the root module. ' +
        'What it provides is global, so other modules import nothing.',
    );
  }

  /** @throws TypeError or RangeError naming the invalid option */
  static forRoot(options: ButtressModuleOptions = {}): DynamicModule {
    const given = objectOption('ButtressModule.forRoot', options, FEATURES);
    const { context, admission, stats, logging, threads, connections, meta } = given;
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
      providers: [
        { provide: IS_CONFIGURED, useValue: true },
        featureProvider(undefined, ButtressModule, { isUmbrella: true }),
      ],
    };
  }
}
