import { type DynamicModule, Inject, Module, Optional } from '@nestjs/common';

import { AdmissionModule } from './admission/admission.module.ts';
import {
  BUTTRESS_OPTIONS,
  type ButtressAsyncOptions,
  type ButtressFeatureOptions,
  type ButtressModuleOptions,
  checkFeatures,
  checkMadeFeatures,
  OPTIONAL_FEATURES,
  type OptionalFeature,
  ownOptions,
  splitAsyncOptions,
} from './buttress.options.ts';
import { LivenessModule } from './cluster/liveness/liveness.module.ts';
import type { AsyncOptions } from './common/nest/async-options.ts';
import { featureProvider } from './common/nest/feature.provider.ts';
import { ModuleOptions } from './common/nest/module-options.ts';
import { ModuleUseError } from './common/nest/module-use.errors.ts';
import { ConnectionsModule } from './connections/connections.module.ts';
import { ContextModule } from './context/context.module.ts';
import { LoggingModule } from './logging/logging.module.ts';
import { MetaModule } from './meta/meta.module.ts';
import { StatsModule } from './stats/stats.module.ts';
import { ThreadsModule } from './threads/threads.module.ts';

// Declare the types of the group's reports, which the pages need: no feature imports these files.
// oxlint-disable-next-line unicorn/require-module-specifiers -- for its declarations
export type {} from './cluster/primary/primary-reports.ts';
// oxlint-disable-next-line unicorn/require-module-specifiers -- for its declarations
export type {} from './cluster/sentinel/sentinel.ts';

const OPTIONS = new ModuleOptions('ButtressModule', BUTTRESS_OPTIONS);
const IS_CONFIGURED = Symbol('nestjs-buttress.is-configured');

/** What the modules of all features have in common. */
interface FeatureModule {
  forRoot(options?: object): DynamicModule;
  forRootAsync(options: AsyncOptions<object>): DynamicModule;
}

const MODULES: Readonly<Record<OptionalFeature, FeatureModule>> = {
  admission: AdmissionModule,
  stats: StatsModule,
  logging: LoggingModule,
  threads: ThreadsModule,
  connections: ConnectionsModule,
  meta: MetaModule,
};

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
    const given = checkFeatures(options);
    // First, so that nothing is written before it is known what to hide.
    OPTIONS.from(ownOptions(given));
    const features = OPTIONAL_FEATURES.flatMap((feature) => {
      const own = given[feature];
      return own === false ? [] : [MODULES[feature].forRoot(own)];
    });
    return moduleWith(ContextModule.forRoot(given.context), features);
  }

  /**
   * `forRoot` with options that providers make, by one call for all features. `without` leaves
   * features out.
   *
   * @throws TypeError unless given exactly one of `useFactory`, `useClass` and `useExisting`, or if
   *   `without` names no feature
   */
  static forRootAsync(options: ButtressAsyncOptions): DynamicModule {
    const { without, source } = splitAsyncOptions(options);
    const made = new ModuleOptions('ButtressModule', {
      resolve(given: ButtressFeatureOptions = {}, machine, note) {
        const checked = checkMadeFeatures(given, without);
        BUTTRESS_OPTIONS.resolve(ownOptions(checked), machine, note);
        return checked;
      },
    });
    // One object, so that Nest has one module of it and the factory runs once.
    const shared = made.sharedBy(ButtressOptionsModule, made.fromAsync(source));
    const optionsOf = (feature: OptionalFeature | 'context'): AsyncOptions<object> => ({
      imports: [shared],
      inject: [made.token],
      useFactory: ({ [feature]: own = {} }: ButtressFeatureOptions) => own,
    });
    const features = OPTIONAL_FEATURES.filter((feature) => !without.has(feature));
    return moduleWith(
      ContextModule.forRootAsync(optionsOf('context')),
      features.map((feature) => MODULES[feature].forRootAsync(optionsOf(feature))),
    );
  }
}

/** Shares what the factory of `forRootAsync` returned with the features' modules. */
@Module({})
class ButtressOptionsModule {}

function moduleWith(context: DynamicModule, features: readonly DynamicModule[]): DynamicModule {
  return {
    module: ButtressModule,
    imports: [context, LivenessModule, ...features],
    providers: [
      { provide: IS_CONFIGURED, useValue: true },
      featureProvider(undefined, ButtressModule, { isUmbrella: true }),
    ],
  };
}
