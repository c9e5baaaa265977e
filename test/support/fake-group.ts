import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { SecondaryListenerOptions } from 'nestjs-buttress/meta';
import { onTestFinished } from 'vitest';

import { secondaryListenerOptions } from '../../lib/common/http/secondary-listener.options.ts';
import { thisMachine } from '../../lib/common/options/machine.ts';
import { runningProcess } from '../../lib/common/process/running-process.ts';
import { createPages } from '../../lib/meta/pages.app.ts';
import type { PrimaryReports } from '../../lib/reports/report-types.ts';
import type {
  Gathered,
  GatherOptions,
  GroupNewsListener,
  ReportsSource,
} from '../../lib/reports/reports-source.ts';
import type { OperationDescription } from '../../lib/reports/reports.ts';
import { type AskOptions, askPages, type PageAnswer } from './pages-app.ts';

/** Worker of a group that exists only for its pages. */
export interface FakeWorker {
  id: number;
  /** Reports by name. */
  reports?: Record<string, () => unknown>;
  /** State in its row. @default READY */
  state?: string;
  /** Carries out an operation; throws to refuse it. Absent: it does not answer. */
  run?: (name: string, input: unknown) => unknown;
}

/** What a worker gives that does not answer. */
export const SILENT = Symbol('silent');

const PRIMARY: Omit<PrimaryReports, 'workers'> = {
  group: runningProcess(),
  'accept-queue': [],
  ready: true,
  recycling: { options: null, underWay: [], history: [], reload: null, stoppedReload: null },
  scaling: null,
  exits: [],
  metrics: { epoch: '', stats: [] },
  options: [],
  health: { isReady: true, readyWorkers: 1, quorum: 1, failure: null },
  actions: [],
};

/** Group of workers that a test plays. */
export class FakeGroup implements ReportsSource {
  readonly workersThere: FakeWorker[];
  readonly offered: OperationDescription[] = [];
  /** Operations that the primary has carried out. */
  readonly ranInPrimary: { name: string; input: unknown }[] = [];
  #listener: GroupNewsListener | undefined;

  constructor(workers: FakeWorker[]) {
    this.workersThere = workers;
  }

  async primary(name: string): Promise<unknown> {
    if (name !== 'workers') return PRIMARY[name as keyof typeof PRIMARY];
    return this.workersThere.map(({ id, state = 'READY' }) => {
      return { id, slot: id, part: 'current', state };
    });
  }

  workers(name: string, options: GatherOptions): Promise<Gathered> {
    return this.#gather(options, ({ reports = {} }) => reports[name]?.());
  }

  run(name: string, input: unknown, options: GatherOptions): Promise<Gathered> {
    return this.#gather(options, ({ run = () => SILENT }) => run(name, input));
  }

  operations(options: GatherOptions): Promise<Gathered> {
    return this.#gather(options, () => this.offered);
  }

  onNews(listener: GroupNewsListener): void {
    this.#listener = listener;
  }

  async runPrimary(name: string, input: unknown): Promise<unknown> {
    this.ranInPrimary.push({ name, input });
    return undefined;
  }

  /** Sends news of a worker. */
  tell(worker: number, name: string, value: unknown): void {
    this.#listener?.({ role: 'worker', id: worker }, name, value);
  }

  primaryOperations = async (): Promise<unknown> => [];
  close = async (): Promise<void> => undefined;

  async #gather(
    { only, except }: GatherOptions,
    ask: (worker: FakeWorker) => unknown,
  ): Promise<Gathered> {
    const gathered: Gathered = { answers: [], without: [], missing: [...except], errors: [] };
    const asked = this.workersThere.filter(
      ({ id }) => !except.includes(id) && (only === undefined || id === only),
    );
    for (const worker of asked) {
      const { id } = worker;
      try {
        const value = ask(worker);
        if (value === SILENT) gathered.missing.push(id);
        else if (value === undefined) gathered.without.push(id);
        else gathered.answers.push({ identity: { role: 'worker', id }, value });
      } catch (error) {
        gathered.missing.push(id);
        gathered.errors.push({ worker: id, message: (error as Error).message });
      }
    }
    return gathered;
  }
}

/** Pages of a group, until the test ends. */
export interface GroupPages {
  address: string;
  ask: (path: string, options?: AskOptions) => Promise<PageAnswer>;
  close: () => Promise<void>;
}

export async function openPagesOf(
  source: ReportsSource,
  given: SecondaryListenerOptions = {},
): Promise<GroupPages> {
  const listener = secondaryListenerOptions.check('meta', { port: 0, ...given }, thisMachine());
  const app = await createPages({
    listener,
    option: 'meta',
    source,
    serverFactory: (handler) => createServer(handler),
  });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= app.close());
  onTestFinished(close);
  return { address, ask: (path, options) => askPages(address, path, options), close };
}
