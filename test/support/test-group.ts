import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFailed, onTestFinished } from 'vitest';

import type { ListenerSnapshot } from '../../lib/cluster/accepting/listener.ts';
import type { WorkerSnapshot } from '../../lib/cluster/supervision/workers-snapshot.ts';
import { freePort } from './free-port.ts';
import { type GroupSetup, metaPortOf, spawnPrimary, TRANSPORT } from './group-setup.ts';
import { isAlive } from './processes.ts';
import { type Exchange, get, RawConnection, requestText } from './raw-connection.ts';
import { readJson } from './read-json.ts';
import { HopelessError, until, type UntilOptions } from './until.ts';

/** How connections are passed on where the optional package koffi is installed. */
export const USED_TRANSPORT = TRANSPORT === 'auto' && process.platform === 'linux' ? 'fd' : 'ipc';

export type { GroupSetup } from './group-setup.ts';

/** An accept queue for tests that count what is lost: a busy machine alone makes the usual one shed. */
export const PATIENT = { maxWaitMs: 20_000, targetMs: 10_000, intervalMs: 10_000 };

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** An answer of the secondary listener. */
export interface Page {
  status: number;
  contentType: string;
  body: string;
  tookMs: number;
}

/** A JSON answer about workers. */
export interface WorkersEnvelope {
  workers: {
    expected: number;
    answered: number;
    missing: number[];
    stale?: { worker: number; at: string }[];
  };
  data: unknown;
}

/** One record of the primary's log. */
export interface LogRecord {
  level: number;
  msg: string;
  [field: string]: unknown;
}

/** A worker that is there. */
export type LiveWorker = WorkerSnapshot & { pid: number };

/** Signals that end a group. */
const ENDING = new Set<NodeJS.Signals>(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGKILL']);

/** Lines of output that tell why a primary ended. */
const LAST_LINES = 20;

/** Between two looks at the pages: each takes four of processor time, in three processes. */
const LOOK_MS = 50;

/** Groups that may still run: their processes end with this one, whatever happens. */
const running = new Set<TestGroup>();
process.once('exit', () => {
  for (const group of running) group.killAll();
});

/** Starts a group and waits for all of its workers. It ends with the test. */
export async function startGroup(setup: GroupSetup): Promise<TestGroup> {
  const group = await launchGroup(setup);
  await group.untilAllReady();
  return group;
}

/** Starts a group and waits for nothing. It ends with the test. */
export async function launchGroup(setup: GroupSetup): Promise<TestGroup> {
  const group = await openGroup(setup);
  onTestFailed(() => console.error(group.output));
  onTestFinished(() => endGroup(group));
  return group;
}

/** Starts a group for several tests, whose owner ends it with `endGroup`. */
export async function openGroup(setup: GroupSetup): Promise<TestGroup> {
  const group = new TestGroup(setup, setup.port ?? (await freePort()));
  running.add(group);
  return group;
}

/**
 * Ends a group at once, and looks whether its counts added up. Pages that do not answer fail the
 * test, unless it has none, or has ended the whole group or waited for its end.
 */
export async function endGroup(group: TestGroup): Promise<void> {
  try {
    expect(await group.unbalanced()).toEqual([]);
  } finally {
    group.killAll();
    await group.exited;
    running.delete(group);
  }
}

/** A group of real processes, seen from outside. */
export class TestGroup {
  readonly pid: number;
  readonly port: number;
  readonly #closed: Promise<Exit>;
  readonly #hasPages: boolean;
  readonly #primary: ChildProcess;
  // One connection for all questions, so that a flood at the door does not stop them.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #directory: string;
  readonly #versionFile: string;
  readonly #metaPort: number;
  #output = '';
  /** What was read of the output so far, and where that ends. */
  readonly #log: LogRecord[] = [];
  #logEnd = 0;
  #exit: Exit | undefined;
  /** The test has ended the group, or waits for its end. */
  #isEndExpected = false;

  constructor(setup: GroupSetup, port: number) {
    this.#directory = mkdtempSync(join(tmpdir(), 'test-group-'));
    this.#versionFile = join(this.#directory, 'version');
    if (setup.version !== undefined) this.writeVersion(setup.version);
    this.port = port;
    this.#metaPort = metaPortOf(setup);
    this.#hasPages = setup.options?.meta !== false;
    this.#primary = spawnPrimary(setup, { PORT: String(port), VERSION_FILE: this.#versionFile });
    this.pid = this.#primary.pid ?? 0;
    this.#primary.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#primary.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#closed = new Promise((resolve) => {
      this.#primary.once('close', (code, signal) => {
        this.#exit = { code, signal };
        resolve(this.#exit);
      });
    });
  }

  /** Resolves when all processes that write to its output have ended. */
  get exited(): Promise<Exit> {
    this.#isEndExpected = true;
    return this.#closed;
  }

  /** All that its processes wrote. */
  get output(): string {
    return this.#output;
  }

  /** What the primary logged. */
  get log(): LogRecord[] {
    // What follows the last line end is not a whole line yet.
    const end = this.#output.lastIndexOf('\n') + 1;
    const lines = this.#output.slice(this.#logEnd, end).split('\n');
    const records = lines.flatMap((line) => {
      return line.startsWith('{"level":') ? [JSON.parse(line) as LogRecord] : [];
    });
    this.#logEnd = end;
    this.#log.push(...records);
    return [...this.#log];
  }

  /** Rows of all places, empty ones included. */
  async workers(): Promise<WorkerSnapshot[]> {
    return (await this.everyWorker()).filter(({ part }) => part === 'current');
  }

  /** Rows of all places, and of workers that come or go. */
  everyWorker(): Promise<WorkerSnapshot[]> {
    return this.#read<WorkerSnapshot[]>('/api/v1/workers');
  }

  /** The accept queue of the application's listener. */
  async queue(): Promise<ListenerSnapshot> {
    const listeners = await this.#read<ListenerSnapshot[]>('/api/v1/accept-queue');
    const own = listeners.find(({ listener }) => listener.endsWith(`:${this.port}`));
    if (own === undefined) throw new Error(`nobody listens on ${this.port}`);
    return own;
  }

  /**
   * Listeners whose counts do not add up, whatever was done to them. After an upgrade the successor
   * tells. None where the group has no pages, or has ended as the test expects.
   */
  async unbalanced(): Promise<ListenerSnapshot[]> {
    if (!this.#hasPages) return [];
    const all = await until('the last counts of the group', () => this.#lastCounts());
    return all.filter((queue) => accountOf(queue) !== queue.accepted);
  }

  async #lastCounts(): Promise<ListenerSnapshot[]> {
    if (this.#exit !== undefined && this.#isEndExpected) return [];
    const pages = this.pages();
    const socketPath = pages.startsWith('/') ? pages : undefined;
    const url = `${socketPath === undefined ? pages : 'http://localhost'}/api/v1/accept-queue`;
    const { data } = await readJson<{ data: ListenerSnapshot[] }>(url, false, socketPath);
    if (data.length === 0) throw new Error('there are no listeners');
    return data;
  }

  async pids(): Promise<number[]> {
    return (await this.workers()).flatMap(({ pid }) => (pid === null ? [] : [pid]));
  }

  /** One request to the application, on a connection of its own. */
  get(path: string, limits?: { withinMs?: number }): Promise<Exchange> {
    return get(this.port, path, limits);
  }

  connect(): RawConnection {
    return new RawConnection(this.port);
  }

  /** Waits until every place holds a READY worker. */
  untilAllReady({ withinMs = 120_000 } = {}): Promise<LiveWorker[]> {
    return until(
      'all workers READY',
      async () => {
        const workers = await this.workers();
        const ready = workers.filter((one): one is LiveWorker => one.state === 'READY');
        return workers.length > 0 && ready.length === workers.length && ready;
      },
      { withinMs, everyMs: LOOK_MS },
    );
  }

  /** Waits until the worker in a place satisfies `is`. */
  untilWorker(
    slot: number,
    what: string,
    is: (worker: WorkerSnapshot) => boolean,
    limits?: UntilOptions,
  ): Promise<WorkerSnapshot> {
    return until(
      `worker in place ${slot} ${what}`,
      async () => {
        const worker = (await this.workers()).find((one) => one.slot === slot);
        if (worker === undefined || !is(worker)) throw new Error(`it is ${JSON.stringify(worker)}`);
        return worker;
      },
      { everyMs: LOOK_MS, ...limits },
    );
  }

  /** Waits until every worker satisfies `is`. */
  untilWorkers(what: string, is: (worker: WorkerSnapshot) => boolean): Promise<WorkerSnapshot[]> {
    const look = async (): Promise<WorkerSnapshot[]> => {
      const workers = await this.workers();
      if (!workers.every(is)) throw new Error(`they are ${JSON.stringify(workers)}`);
      return workers;
    };
    return until(`all workers ${what}`, look, { everyMs: LOOK_MS });
  }

  /** Waits until the application's queue satisfies `is`. */
  untilQueue(
    what: string,
    is: (queue: ListenerSnapshot) => boolean,
    limits?: UntilOptions,
  ): Promise<ListenerSnapshot> {
    const look = async (): Promise<ListenerSnapshot> => {
      const queue = await this.queue();
      if (!is(queue)) throw new Error(`it is ${JSON.stringify(queue)}`);
      return queue;
    };
    return until(`accept queue ${what}`, look, { everyMs: LOOK_MS, ...limits });
  }

  /** Blocks every worker for a while and waits until the primary knows. */
  async freezeAll(ms: number): Promise<void> {
    const workers = await this.untilAllReady();
    for (const _ of workers) this.connect().send(requestText(`/lab/freeze?ms=${ms}`));
    await this.untilWorkers('STALLED', ({ state }) => state === 'STALLED');
  }

  /** What `versioned.app` is from its next start on. */
  writeVersion(version: string): void {
    writeFileSync(this.#versionFile, version);
  }

  signal(signal: NodeJS.Signals): void {
    this.#isEndExpected ||= ENDING.has(signal);
    process.kill(this.pid, signal);
  }

  /** Signals every process of the group, as a terminal or a service manager does. */
  signalAll(signal: NodeJS.Signals): void {
    this.#isEndExpected ||= ENDING.has(signal);
    process.kill(-this.pid, signal);
  }

  /** Nobody reads any more what its processes write. */
  closeOutput(): void {
    this.#primary.stdout?.destroy();
    this.#primary.stderr?.destroy();
  }

  /** Whoever reads what its processes write is there, but reads nothing from now on. */
  stopReading(): void {
    this.#primary.stdout?.pause();
    this.#primary.stderr?.pause();
  }

  /** Waits for the end of the primary. */
  untilExited(limits?: UntilOptions): Promise<Exit> {
    this.#isEndExpected = true;
    return until('exit of the primary', () => this.#exit, limits);
  }

  /** Ends every process that the group started, at once. */
  killAll(): void {
    this.#agent.destroy();
    // Its end is seen only when all that it wrote has been read.
    this.#primary.stdout?.resume();
    this.#primary.stderr?.resume();
    rmSync(this.#directory, { recursive: true, force: true });
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }

  /** The data of a JSON page. */
  read<T>(path: string): Promise<T> {
    return this.#read<T>(path);
  }

  /** A JSON page with what it says of the workers. */
  async envelope(path: string): Promise<WorkersEnvelope> {
    return JSON.parse((await this.page(path)).body) as WorkersEnvelope;
  }

  /** A page of the secondary listener, whatever it answers. */
  async page(path: string, headers: Record<string, string> = {}): Promise<Page> {
    const startedAt = performance.now();
    const answer = await fetch(`${this.pages()}${path}`, { headers });
    const body = await answer.text();
    return {
      status: answer.status,
      contentType: answer.headers.get('content-type') ?? '',
      body,
      tookMs: performance.now() - startedAt,
    };
  }

  /** Posts JSON to the secondary listener. */
  async post(
    path: string,
    input: object,
    headers: Record<string, string>,
  ): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${this.pages()}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(input),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** Asks again where nobody answers: a busy machine answers late, too. */
  async #read<T>(path: string): Promise<T> {
    const { data } = await until(`an answer of ${path}`, () =>
      readJson<{ data: T }>(`${this.pages()}${path}`, this.#agent),
    );
    return data;
  }

  /** A group that several tests share prints its output nowhere else. */
  #obituary({ code, signal }: Exit): string {
    const lastLines = this.#output.split('\n').slice(-LAST_LINES).join('\n');
    return `the primary has ended (${signal ?? `exit code ${code}`}):\n${lastLines}`;
  }

  /** Where the pages are. */
  pages(): string {
    if (this.#exit !== undefined) throw new HopelessError(this.#obituary(this.#exit));
    if (this.#metaPort > 0) return `http://127.0.0.1:${this.#metaPort}`;
    const page = this.log.find(({ msg }) => msg.startsWith('pages on '))?.msg;
    if (page === undefined) throw new Error('the pages are not there yet');
    return page.replace('pages on ', '');
  }
}

/** Every connection that was accepted is in exactly one of these. */
export function accountOf(queue: ListenerSnapshot): number {
  const { handed, pending, closed, length, shed } = queue;
  return handed + pending + closed + length + shed.full + shed.age + shed.codel + shed.down;
}

/** Those of `pids` that still run. */
export function survivors(pids: readonly number[]): number[] {
  return pids.filter(isAlive);
}
