import type { DynamicModule } from '@nestjs/common';

/** Number of shares of a feature's data. */
export interface ThreadShare {
  /** Threads of all pools of the application; limits are divided by it. */
  threads: number;
}

/** Creates a feature's module in a thread, from data of the application's own module. */
export type MakeTwin<D> = (data: D) => DynamicModule | Promise<DynamicModule>;

export interface ThreadTwinSetup<D> {
  /** Compiled file of the twin: `new URL('./connections.twin.module.js', import.meta.url)`. */
  module: URL;
  /** Export name of the `MakeTwin` in that file. */
  export: string;
  /** Called when threads start; its result is copied to each. If it throws, none starts. */
  data: (share: ThreadShare) => D;
}

/**
 * Brings a feature to pool threads. The feature provides a `ThreadTwin` under any token in its own
 * module. Besides the modules of `Context`, `Stats` and `Logger`, each thread boots the one that
 * the twin's function creates from the data. `threads` finds twins among the application's
 * providers, so it depends on no feature, and several applications in one process stay separate.
 *
 * The feature's `forRoot` does nothing when a thread's module imports it (`isPoolThread()`); a
 * global module exports the twin's providers.
 *
 * @example
 * // connections.module.ts
 * { provide: TWIN, inject: [OPTIONS], useFactory: (options: ResolvedConnectionsOptions) =>
 *   new ThreadTwin<ConnectionsData>({
 *     module: new URL('./connections.twin.module.js', import.meta.url),
 *     export: 'connectionsTwin',
 *     data: ({ threads }) => shareOf(options, threads),
 *   }) }
 * // connections.twin.module.ts
 * export const connectionsTwin: MakeTwin<ConnectionsData> = (data) => ({
 *   module: ConnectionsTwinModule, global: true, providers: [...], exports: [ConnectionManager] });
 */
export class ThreadTwin<D = unknown> {
  readonly #setup: ThreadTwinSetup<D>;

  constructor(setup: ThreadTwinSetup<D>) {
    this.#setup = setup;
  }

  /** Location and data of the twin, as sent to a thread. */
  for(share: ThreadShare): BootedTwin {
    const { module, export: name } = this.#setup;
    return { url: module.href, export: name, data: this.#setup.data(share) };
  }
}

/** Serializable form of a twin. */
export interface BootedTwin {
  url: string;
  export: string;
  data: unknown;
}
