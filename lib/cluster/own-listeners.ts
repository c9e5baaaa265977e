import { ReportsLink } from '../reports/reports-link.ts';
import type { Reports } from '../reports/reports.ts';
import type { AcceptPath } from './accept-path.ts';
import { GroupStartError } from './cluster.errors.ts';
import { type GroupDirectory, openGroupDirectory } from './group-directory.ts';
import type { ResolvedGroupOptions } from './group.options.ts';
import type { InheritedSockets, OpenListener } from './inherited-sockets.ts';
import { cannotListen } from './listen-failure.ts';
import type { PrimaryLog } from './primary-log.ts';
import { Probes, type ProbeState } from './probes.ts';
import { closeToOthers, listenSpecOf } from './secondary-listener.ts';

export interface OwnListenersOptions extends ProbeState {
  options: Pick<ResolvedGroupOptions, 'meta' | 'probes'>;
  accepts: AcceptPath;
  inherited: InheritedSockets;
  reports: Reports;
  log: PrimaryLog;
}

/** What the primary itself needs of the machine: its probes, the pages' address, a directory. */
export class OwnListeners {
  readonly #with: OwnListenersOptions;
  #probes: Probes | undefined;
  #directory: GroupDirectory | undefined;
  #link: ReportsLink | undefined;

  constructor(options: OwnListenersOptions) {
    this.#with = options;
  }

  /** Listeners of the probes. */
  get listeners(): readonly OpenListener[] {
    return this.#probes?.listeners ?? [];
  }

  get directory(): string | undefined {
    return this.#directory?.directory;
  }

  /** Path of the unix socket on which the pages gather reports; undefined without pages. */
  get reportsPath(): string | undefined {
    return this.#link === undefined ? undefined : this.#directory?.reportsPath;
  }

  /**
   * Opens them before anything is started: a port in use is found at once.
   *
   * @param full resolves when there are workers in all places
   * @throws GroupStartError when one can't be had
   */
  async open(full: Promise<void>): Promise<void> {
    const { options, accepts, inherited, reports, log } = this.#with;
    const { meta, probes } = options;
    if (probes !== undefined) {
      this.#probes = new Probes(probes, this.#with);
      await this.#probes.open(inherited, full);
    }
    this.#directory = openGroupDirectory(log, meta !== undefined);
    if (meta === undefined || this.#directory === undefined) return;
    const spec = listenSpecOf(meta);
    const listener = await accepts.listen(spec, 'meta').catch((error: unknown) => {
      throw new GroupStartError(cannotListen(spec, error));
    });
    closeToOthers(meta);
    log('info', `pages on ${meta.path ?? `http://${listener.name}`}`);
    const identity = { role: 'primary', id: 0 } as const;
    this.#link = new ReportsLink({ path: this.#directory.reportsPath, identity, reports });
  }

  /** To be called now and then. */
  keep(): void {
    this.#directory?.keep();
  }

  /** The probes of another primary answer from now on. */
  closeProbes(): void {
    this.#probes?.close();
  }

  close(): void {
    this.#link?.close();
    this.#probes?.close();
    this.#directory?.remove();
  }
}
