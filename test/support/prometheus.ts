import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { freePort } from './free-port.ts';
import { until } from './until.ts';

const SCRAPE_EVERY = '1s';

/** Whether Prometheus is there; it has to be where promtool is required. */
export const HAS_PROMETHEUS = process.env['PROMTOOL'] === 'required' || isThere('prometheus');

/** Whether promtool is there. */
export const HAS_PROMTOOL = process.env['PROMTOOL'] === 'required' || isThere('promtool');

function isThere(program: 'prometheus' | 'promtool'): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One series of a result. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** An alert rule as Prometheus has loaded it. */
export interface LoadedRule {
  name: string;
  /** `ok` once it has been evaluated without an error. */
  health: string;
  lastError?: string;
  state: string;
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

  static async start(target: string, rules?: string): Promise<Prometheus> {
    const prometheus = await Prometheus.open(target, rules);
    onTestFinished(() => prometheus.close());
    return prometheus;
  }

  /** Starts one for several tests, whose owner closes it. @param rules path of a rule file */
  static async open(target: string, rules?: string): Promise<Prometheus> {
    const directory = mkdtempSync(join(tmpdir(), 'test-prometheus-'));
    const port = await freePort();
    const config = join(directory, 'prometheus.yml');
    writeFileSync(config, configOf(target, rules));
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
    await until('a first scrape', async () => (await prometheus.query('sum(up)')) === 1);
    return prometheus;
  }

  /** Value of an expression that gives one, at a time; undefined if it gives none. */
  async query(expression: string, atMs = Date.now()): Promise<number | undefined> {
    const [one] = await this.samples(expression, atMs);
    return one?.value;
  }

  /** All series that an expression gives at a time. @throws Error for one that is wrong */
  async samples(expression: string, atMs = Date.now()): Promise<Sample[]> {
    const search = new URLSearchParams({ query: expression, time: String(atMs / 1_000) });
    const answer = await this.#ask(`query?${search.toString()}`);
    const { data, error } = answer as { error?: string; data: { result: Result[] } };
    if (error !== undefined) throw new Error(`${expression}: ${error}`);
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The rules of its rule file. */
  async rules(): Promise<LoadedRule[]> {
    const answer = await this.#ask('rules');
    const { data } = answer as { data: { groups: { rules: LoadedRule[] }[] } };
    return data.groups.flatMap(({ rules }) => rules);
  }

  close(): void {
    this.#process.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #ask(path: string): Promise<unknown> {
    const answer = await fetch(`${this.#url}/api/v1/${path}`);
    return answer.json();
  }
}

interface Result {
  metric: Record<string, string>;
  value: [unixSeconds: number, value: string];
}

function configOf(target: string, rules: string | undefined): string {
  return `
global:
  evaluation_interval: ${SCRAPE_EVERY}
rule_files: ${JSON.stringify(rules === undefined ? [] : [rules])}
scrape_configs:
  - job_name: group
    scrape_interval: ${SCRAPE_EVERY}
    scrape_timeout: ${SCRAPE_EVERY}
    static_configs:
      - targets: ['${target}']
`;
}
