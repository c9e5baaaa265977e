import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { GroupOptions } from 'nestjs-buttress/cluster';

import type { ListenerSnapshot } from '../../lib/cluster/accepting/listener.ts';
import type { WorkerSnapshot } from '../../lib/cluster/supervision/workers-snapshot.ts';
import { openDescriptors } from '../support/processes.ts';

const PRIMARY = fileURLToPath(new URL('../fixtures/dist/group.js', import.meta.url));

/** Longest wait for a page, in milliseconds. */
const PAGE_MS = 5_000;

/** A group of real processes under test for a long time. */
export class SoakGroup {
  readonly pid: number;
  /** How often each kind of thing was logged. */
  readonly events = new Map<string, number>();
  /** Workers that did not end by themselves in order, with the time. */
  readonly broken = new Map<number, number>();
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #metaPort: number;
  #rest = '';

  constructor(port: number, metaPort: number, options: Partial<GroupOptions>) {
    this.#metaPort = metaPort;
    const given = { ...options, meta: { port: metaPort } };
    this.#child = spawn(process.execPath, [PRIMARY, './crashing.app.js', JSON.stringify(given)], {
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, PORT: String(port) },
    });
    this.pid = this.#child.pid ?? 0;
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
    this.exited = new Promise((resolve) => this.#child.once('exit', resolve));
    process.once('exit', () => this.#killAll());
  }

  async workers(): Promise<WorkerSnapshot[]> {
    return this.#page<WorkerSnapshot[]>('workers');
  }

  async queue(port: number): Promise<ListenerSnapshot> {
    const all = await this.#page<ListenerSnapshot[]>('accept-queue');
    const own = all.find(({ listener }) => listener.endsWith(`:${port}`));
    if (own === undefined) throw new Error(`nobody listens on ${port}`);
    return own;
  }

  /** Resident memory of the primary, in bytes. */
  get rssBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1_024;
  }

  get descriptors(): number {
    return openDescriptors(this.pid);
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  #killAll(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }

  async #page<T>(name: string): Promise<T> {
    const url = `http://127.0.0.1:${this.#metaPort}/api/v1/${name}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(PAGE_MS) });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return ((await answer.json()) as { data: T }).data;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{"level":')) this.#note(line);
  }

  #note(line: string): void {
    const { msg, pid, reason } = JSON.parse(line) as { msg: string; pid: number; reason?: string };
    this.events.set(msg, (this.events.get(msg) ?? 0) + 1);
    if (msg === 'worker ended' && reason?.endsWith('exit code 0)') === false) {
      if (reason !== 'exit code 0') this.broken.set(pid, Date.now());
    }
  }
}
