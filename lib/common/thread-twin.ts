import type { DynamicModule } from '@nestjs/common';

/** Among how many a feature's data is shared out. */
export interface ThreadShare {
  /** Threads of all pools of the application: what has a limit is divided by them. */
  threads: number;
}

/** Makes a feature's module in a thread, from the data that the application's own handed over. */
export type MakeTwin<D> = (data: D) => DynamicModule | Promise<DynamicModule>;

export interface ThreadTwinSetup<D> {
  /** The compiled file with the twin: `new URL('./connections.twin.module.js', import.meta.url)`. */
  module: URL;
  /** Name of the `MakeTwin` in that file. */
  export: string;
  /** Called when threads start; what it gives is copied to each. Where it throws, none starts. */
  data: (share: ThreadShare) => D;
}

/**
 * How a feature comes along to pool threads: it provides a `ThreadTwin` in its own module, under any
 * token, and each thread boots the module that the twin's function makes of the data, beside those of
 * `Context`, `Stats` and `Logger`. `threads` finds twins among the providers of the application, so
 * it knows no feature that stands beside it, and several applications in one process do not mix.
 *
 * The feature's `forRoot`, where a thread's module imports it, does nothing there (`isPoolThread()`);
 * what the twin provides is exported by a global module.
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

  /** Where the twin is, and its data: what a thread is told. */
  for(share: ThreadShare): BootedTwin {
    const { module, export: name } = this.#setup;
    return { url: module.href, export: name, data: this.#setup.data(share) };
  }
}

/** Plain data. */
export interface BootedTwin {
  url: string;
  export: string;
  data: unknown;
}
