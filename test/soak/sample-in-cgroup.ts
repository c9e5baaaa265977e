import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { WorkerSnapshot } from '../../lib/cluster/supervision/workers-snapshot.ts';
import { MemoryCgroup } from '../support/memory-cgroup.ts';

const SAMPLE = fileURLToPath(new URL('../../sample/receipts/dist/main.js', import.meta.url));

const MOST_LINES = 20;

export interface SampleSetup {
  workers: number;
  limitBytes: number;
  port: number;
  metaPort: number;
}

/** The sample as its README starts it, in a cgroup of its own. */
export class SampleInCgroup {
  readonly cgroup: MemoryCgroup;
  /** Records of workers that ended or were replaced, by message and reason. */
  readonly ends = new Map<string, number>();
  /** The latest lines of its output. */
  readonly lines: string[] = [];
  readonly exited: Promise<number | NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  readonly #metaPort: number;
  readonly #directory = mkdtempSync(join(tmpdir(), 'receipts-'));

  constructor({ workers, limitBytes, port, metaPort }: SampleSetup) {
    this.cgroup = new MemoryCgroup(limitBytes);
    this.#metaPort = metaPort;
    const [command, ...args] = this.cgroup.inside([process.execPath, SAMPLE]);
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        PORT: String(port),
        META_PORT: String(metaPort),
        DATA_DIR: this.#directory,
        WORKERS: String(workers),
      },
    });
    for (const input of [this.#child.stdout, this.#child.stderr]) {
      if (input !== null) createInterface({ input }).on('line', (line) => this.#note(line));
    }
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve(signal ?? code));
    });
    process.once('exit', () => this.#killAll());
  }

  async areAllReady(): Promise<boolean> {
    const workers = await this.#workers();
    return workers.length > 0 && workers.every(({ state }) => state === 'READY');
  }

  /** Process ids of the workers. */
  async workerPids(): Promise<number[]> {
    return (await this.#workers()).flatMap(({ pid }) => (pid === null ? [] : [pid]));
  }

  /** The cgroup's command has become the primary. */
  get primaryPid(): number {
    return this.#child.pid ?? 0;
  }

  async #workers(): Promise<WorkerSnapshot[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#metaPort}/api/v1/workers`);
    const body = await answer.text();
    if (!answer.ok) throw new Error(`no workers in an answer of ${answer.status}: ${body}`);
    return (JSON.parse(body) as { data: WorkerSnapshot[] }).data;
  }

  /** @returns the exit code of the primary */
  async end(): Promise<number | NodeJS.Signals | null> {
    this.#child.kill('SIGTERM');
    const code = await this.exited;
    rmSync(this.#directory, { recursive: true });
    await this.cgroup.remove();
    return code;
  }

  #killAll(): void {
    try {
      process.kill(-(this.#child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of them have ended.
    }
  }

  #note(line: string): void {
    this.lines.push(line);
    if (this.lines.length > MOST_LINES) this.lines.shift();
    if (!line.startsWith('{') || !line.includes('"worker ')) return;
    const { msg, reason } = JSON.parse(line) as { msg: string; reason?: string };
    if (!['worker ended', 'worker replaced', 'worker kept'].includes(msg)) return;
    const what = `${msg}: ${reason ?? 'no reason'}`;
    this.ends.set(what, (this.ends.get(what) ?? 0) + 1);
  }
}
