import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { freePort } from './free-port.ts';
import { until } from './until.ts';

const SCRAPE_EVERY = '1s';

/** Whether Prometheus is there; it has to be where promtool is required. */
export const HAS_PROMETHEUS = process.env['PROMTOOL'] === 'required' || isThere();

function isThere(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A Prometheus that scrapes one address each second. It ends with the test. */
export class Prometheus {
  readonly #url: string;
  readonly #directory: string;
  readonly #process: ChildProcess;

  private constructor(port: number, directory: string, process: ChildProcess) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#directory = directory;
    this.#process = process;
  }

  static async start(target: string): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'test-prometheus-'));
    const port = await freePort();
    const config = join(directory, 'prometheus.yml');
    writeFileSync(config, configOf(target));
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const prometheus = new Prometheus(
      port,
      directory,
      spawn('prometheus', args, { stdio: 'ignore' }),
    );
    onTestFinished(() => prometheus.#end());
    await until('a first scrape', async () => (await prometheus.query('sum(up)')) === 1);
    return prometheus;
  }

  /** Value of an expression that gives one, at a time; undefined if it gives none. */
  async query(expression: string, atMs = Date.now()): Promise<number | undefined> {
    const search = new URLSearchParams({ query: expression, time: String(atMs / 1_000) });
    const answer = await fetch(`${this.#url}/api/v1/query?${search.toString()}`);
    const { data, error } = (await answer.json()) as {
      error?: string;
      data: { result: { value: [number, string] }[] };
    };
    if (error !== undefined) throw new Error(`${expression}: ${error}`);
    const [one] = data.result;
    return one === undefined ? undefined : Number(one.value[1]);
  }

  #end(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function configOf(target: string): string {
  return `
scrape_configs:
  - job_name: group
    scrape_interval: ${SCRAPE_EVERY}
    scrape_timeout: ${SCRAPE_EVERY}
    static_configs:
      - targets: ['${target}']
`;
}
