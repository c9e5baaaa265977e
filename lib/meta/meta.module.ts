import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';

import { processLifecycle } from '../common/lifecycle.ts';
import { isPoolThread } from '../common/pool-thread.ts';
import { InsightModule } from '../insight/insight.module.ts';
import type { OpenPages } from './local-pages.app.ts';
import {
  type MetaModuleOptions,
  type ResolvedMetaOptions,
  resolveMetaOptions,
} from './meta.options.ts';

const OPTIONS = Symbol('nestjs-buttress.meta.options');

/**
 * Shows the inside of this process. In a Group it gives the group's pages what they show; alone it
 * opens the secondary listener itself, if it was given a port. In a thread of a pool it does nothing.
 */
@Module({})
export class MetaModule implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #options: ResolvedMetaOptions;
  readonly #log = new Logger('Meta');
  #pages: OpenPages | undefined;

  constructor(@Inject(OPTIONS) options: ResolvedMetaOptions) {
    this.#options = options;
  }

  /** @throws TypeError or RangeError naming the option that is wrong */
  static forRoot(options: MetaModuleOptions = {}): DynamicModule {
    const resolved = resolveMetaOptions(options);
    return {
      module: MetaModule,
      imports: [InsightModule.with(resolved.insight)],
      providers: [{ provide: OPTIONS, useValue: resolved }],
    };
  }

  /** @throws MetaSetupError, or the system's error when the address can't be had */
  async onApplicationBootstrap(): Promise<void> {
    const { listener } = this.#options;
    if (listener === undefined || isPoolThread()) return;
    const { identity, pages } = processLifecycle();
    if (identity.mode === 'single') {
      // Only now: in a Group no worker ever needs them.
      const { openLocalPages } = await import('./local-pages.app.ts');
      this.#pages = await openLocalPages(listener);
      this.#log.log(`pages on ${this.#pages.address}`);
      return;
    }
    const isSame =
      pages?.host === listener.host && pages.port === listener.port && pages.path === listener.path;
    if (!isSame) {
      this.#log.warn(
        'In a Group its own `meta` says where the pages are; host, port and path here do nothing',
      );
    }
  }

  /** The pages close last: they show how the rest does. */
  async onApplicationShutdown(): Promise<void> {
    await this.#pages?.close();
  }
}
