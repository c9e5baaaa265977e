import { closeToOthers } from '../../common/files/owner-only.ts';
import { type HeldAddress, tellLeaving } from '../../common/http/leaving.ts';
import {
  type OnAddressInUse,
  openedOrAwaited,
  waitReason,
} from '../../common/http/patient-listen.ts';
import type { ResolvedSecondaryListener } from '../../common/http/secondary-listener.options.ts';
import { ReportsLink } from '../../reports/reports-link.ts';
import type { Reports } from '../../reports/reports.ts';
import type { AcceptPath } from '../accepting/accept-path.ts';
import { GroupStartError } from '../cluster.errors.ts';
import type { ResolvedGroupOptions } from '../group.options.ts';
import type { PrimaryLog } from '../primary-log.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';
import { cannotListen, placeOf } from '../protocol/listen-failure.ts';
import type { InheritedSockets, OpenListener } from '../takeover/inherited-sockets.ts';
import { type GroupDirectory, openGroupDirectory } from './group-directory.ts';
import { Probes, type ProbeState } from './probes.ts';

export interface OwnListenersOptions extends ProbeState {
  options: Pick<ResolvedGroupOptions, 'meta' | 'metrics' | 'probes'>;
  accepts: AcceptPath;
  inherited: InheritedSockets;
  reports: Reports;
  log: PrimaryLog;
}

/** Resources of the primary itself: probes, the pages' address, the group's directory. */
export class OwnListeners {
  readonly #with: OwnListenersOptions;
  /** Whether a successor reads the ledger in the directory, and removes it then. */
  keepsDirectory = false;
  #probes: Probes | undefined;
  #directory: GroupDirectory | undefined;
  #link: ReportsLink | undefined;

  constructor(options: OwnListenersOptions) {
    this.#with = options;
  }

  /** The probes' listeners. */
  get listeners(): readonly OpenListener[] {
    return this.#probes?.listeners ?? [];
  }

  get directory(): string | undefined {
    return this.#directory?.directory;
  }

  /** The group's directory, and in it the unix socket of the reports hub, if there are pages. */
  get paths(): { directory: string | undefined; reportsPath: string | undefined } {
    const { directory, reportsPath } = this.#directory ?? {};
    return { directory, reportsPath: this.#link === undefined ? undefined : reportsPath };
  }

  /**
   * Opens everything before workers start, so that a port in use fails fast. An address held by a
   * draining predecessor is opened in the background once that has ended.
   *
   * @param full resolves when this group is fit to take over from its predecessor
   * @throws GroupStartError if an address can't be opened
   */
  async open(full: Promise<void>): Promise<void> {
    const { options, reports, log } = this.#with;
    const { meta, probes } = options;
    const onFailure = (error: unknown): void => log('error', (error as Error).message);
    if (probes !== undefined) {
      await openedOrAwaited((onInUse) => this.#openProbes(probes, { full, onInUse }), onFailure);
    }
    this.#directory = openGroupDirectory(log, meta !== undefined);
    if (meta === undefined || this.#directory === undefined) return;
    await openedOrAwaited((onInUse) => this.#openPages(meta, onInUse), onFailure);
    if (options.metrics !== undefined) {
      const at = { ...options.metrics, ...METRICS };
      await openedOrAwaited((onInUse) => this.#openMetrics(at, onInUse), onFailure);
    }
    const identity = { role: 'primary', id: 0 } as const;
    this.#link = new ReportsLink({ path: this.#directory.reportsPath, identity, reports });
  }

  async #openProbes(
    at: { host: string; port: number },
    { full, onInUse }: { full: Promise<void>; onInUse: OnAddressInUse },
  ): Promise<void> {
    const { inherited, log } = this.#with;
    const probes = new Probes(at, this.#with);
    this.#probes = probes;
    await probes.open(inherited, {
      full,
      onInUse: (holder) => {
        log('info', waitReason(placeOf(probes.spec), holder));
        onInUse(holder);
      },
    });
  }

  async #openPages(meta: ResolvedSecondaryListener, onInUse: OnAddressInUse): Promise<void> {
    const { accepts, log } = this.#with;
    const spec = listenSpecOf(meta);
    const listener = await accepts.listen(spec, 'meta', onInUse).catch((error: unknown) => {
      throw new GroupStartError(cannotListen(spec, error));
    });
    if (meta.path !== undefined) closeToOthers(meta.path);
    log('info', `pages on ${meta.path ?? `http://${listener.name}`}`);
  }

  async #openMetrics(spec: ListenSpec, onInUse: OnAddressInUse): Promise<void> {
    const { accepts, log } = this.#with;
    const listener = await accepts.listen(spec, 'meta', onInUse).catch((error: unknown) => {
      throw new GroupStartError(cannotListen(spec, error));
    });
    log('info', `metrics on http://${listener.name}/metrics`);
  }

  /** Publishes the held addresses, and for how long, to the process that follows this one. */
  tellLeaving(withinMs: number): void {
    const listeners = [...this.#with.accepts.listeners, ...this.listeners];
    const holds = listeners.flatMap(({ addresses }) => addresses).map(heldAddress);
    tellLeaving({ holds, withinMs, directory: this.directory });
  }

  /** Keeps the directory; call it regularly. */
  keep(): void {
    this.#directory?.keep();
  }

  /** Closes the probes: another primary now answers them. */
  closeProbes(): void {
    this.#probes?.close();
  }

  close(): void {
    this.#link?.close();
    this.#probes?.close();
    if (this.keepsDirectory && this.#with.options.meta !== undefined) this.#directory?.leave();
    else this.#directory?.remove();
  }
}

const HTTP = { refusal: 'http', clientFirst: true, ordinal: 0 } as const;

/** The second listener of the pages' process. */
const METRICS = { ...HTTP, ordinal: 1 } as const;

function listenSpecOf({ host, port, path }: ResolvedSecondaryListener): ListenSpec {
  return path === undefined ? { host, port, ...HTTP } : { path, ...HTTP };
}

function heldAddress(address: ListenerAddress): HeldAddress {
  return typeof address === 'string' ? address : address.port;
}
