import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ClosedLoopSpec {
  url: string;
  /** Clients that each wait for their answer before they ask again. */
  connections: number;
  /** Whole seconds. */
  seconds: number;
  /** Whether every request comes on a connection of its own. */
  connection: 'keep-alive' | 'close';
}

export interface ClosedLoopResult {
  perSecond: number;
  /** Requests without a good answer. */
  failed: number;
}

/** Load by wrk where there is one, else by autocannon; each in a process of its own. */
export async function closedLoop(spec: ClosedLoopSpec): Promise<ClosedLoopResult> {
  try {
    return await wrk(spec);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return autocannon(spec);
  }
}

async function wrk({ url, connections, seconds, connection }: ClosedLoopSpec) {
  const load = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`];
  const { stdout } = await run('wrk', [...load, '-H', `Connection: ${connection}`, url]);
  return readWrk(stdout);
}

/** What wrk printed. @throws Error when it isn't what wrk prints */
export function readWrk(output: string): ClosedLoopResult {
  const perSecond = Number(/^Requests\/sec:\s*([\d.]+)/m.exec(output)?.[1]);
  if (Number.isNaN(perSecond)) throw new Error(`wrk printed no rate: ${output}`);
  const sockets = /^\s*Socket errors:.*$/m.exec(output)?.[0].match(/\d+/g) ?? [];
  const statuses = /^\s*Non-2xx or 3xx responses:\s*(\d+)/m.exec(output)?.[1] ?? '0';
  return { perSecond, failed: [...sockets, statuses].reduce((sum, n) => sum + Number(n), 0) };
}

async function autocannon({ url, connections, seconds, connection }: ClosedLoopSpec) {
  const script = fileURLToPath(import.meta.resolve('autocannon'));
  const load = ['-c', String(connections), '-d', String(seconds)];
  const header = ['-H', `Connection: ${connection}`];
  const { stdout } = await run(process.execPath, [script, '-j', ...load, ...header, url]);
  return readAutocannon(stdout);
}

interface AutocannonReport {
  requests: { total: number };
  duration: number;
  errors: number;
  non2xx: number;
}

/** What `autocannon -j` printed. */
export function readAutocannon(output: string): ClosedLoopResult {
  const { requests, duration, errors, non2xx } = JSON.parse(output) as AutocannonReport;
  return { perSecond: requests.total / duration, failed: errors + non2xx };
}
