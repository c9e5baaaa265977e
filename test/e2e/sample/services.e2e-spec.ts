import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { ConnectionsSnapshot } from '../../../lib/connections/services/connections-snapshot.ts';
import { freePort } from '../../support/free-port.ts';
import { isListening } from '../../support/is-listening.ts';
import { until } from '../../support/until.ts';

const SAMPLE = fileURLToPath(new URL('../../../sample/receipts/dist/', import.meta.url));

const POSTGRES_PORT = 5_432;
const REDIS_PORT = 6_379;

const receipt = {
  merchant: 'Corner shop',
  currency: 'EUR',
  items: [{ name: 'Tea', quantity: 2, unitAmount: 500 }],
};

interface Converted {
  currency: string;
  totalAmount: number;
  rate: { by: number };
}

/** Starts one of the sample's programs; it ends with the test. */
function start(entry: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, [join(SAMPLE, entry), ...args], {
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  return child;
}

async function startService(env: NodeJS.ProcessEnv): Promise<{ url: string; api: string }> {
  const [port, metaPort] = [await freePort(), await freePort()];
  const dataDir = mkdtempSync(join(tmpdir(), 'receipts-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  start('dev.js', [], {
    PORT: String(port),
    META_PORT: String(metaPort),
    DATA_DIR: dataDir,
    ...env,
  });
  const url = `http://127.0.0.1:${port}/receipts`;
  const isUp = async (): Promise<boolean> => (await fetch(`${url}/none`)).status === 404;
  await until('an answer of the sample', isUp, { withinMs: 90_000 });
  return { url, api: `http://127.0.0.1:${metaPort}/api/v1` };
}

/** Starts one of the tiny servers that come with the sample. */
async function startServer(name: string): Promise<{ port: number; process: ChildProcess }> {
  const port = await freePort();
  const child = start(`${name}/main.js`, [String(port)], {});
  await until(`an answer of ${name}`, () => isListening(port));
  return { port, process: child };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

/** A busy machine makes the sample refuse now and then; that is not what is tested here. */
async function store(url: string): Promise<string> {
  const created = await until('a receipt is stored', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(receipt),
    });
    return response.status === 201 && response;
  });
  return ((await created.json()) as { id: string }).id;
}

function ok<T>(url: string): Promise<T> {
  return until('an answer', async () => {
    const response = await fetch(url);
    return response.status === 200 && ((await response.json()) as T);
  });
}

/** Servers that are not there are needed where `CI` is `true`. */
const hasStores =
  process.env['CI'] === 'true' ||
  ((await isListening(POSTGRES_PORT)) && (await isListening(REDIS_PORT)));

describe('the sample with the services that it depends on', { timeout: 150_000 }, () => {
  it('converts by rates, by their fallback, and says so when there are none', async () => {
    const [first, fallback] = [await startServer('rates'), await startServer('rates')];
    const { url } = await startService({
      RATES: `127.0.0.1:${first.port}`,
      RATES_FALLBACK: `127.0.0.1:${fallback.port}`,
    });
    const id = await store(url);
    const inDollars = `${url}/${id}/in/USD`;
    expect(await ok<Converted>(inDollars)).toMatchObject({
      currency: 'USD',
      totalAmount: 1_100,
      rate: { by: first.port },
    });
    await until(
      'an unknown currency',
      async () => (await fetch(`${url}/${id}/in/XXX`)).status === 400,
    );
    await stop(first.process);
    expect((await ok<Converted>(inDollars)).rate.by).toBe(fallback.port);
    await stop(fallback.process);
    const refused = await until('a refusal for want of rates', async () => {
      const response = await fetch(inDollars);
      const isOfAdmission = (await response.text()).includes('ERR_BUTTRESS_ADMISSION');
      return response.status === 503 && !isOfAdmission && response;
    });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await ok(`${url}/${id}`)).toMatchObject({ id });
  });

  it('R9 prints by a protocol of its own, over sockets of a pool', async () => {
    const printer = await startServer('printing');
    const { url, api } = await startService({ PRINTER: `127.0.0.1:${printer.port}` });
    const id = await store(url);
    const print = (): Promise<Response> => fetch(`${url}/${id}/print`, { method: 'POST' });
    const jobs = new Set<number>();
    await until('some printed receipts', async () => {
      const response = await print();
      if (response.status === 202) jobs.add(((await response.json()) as { job: number }).job);
      return jobs.size >= 10;
    });
    const { data } = await ok<{ data: { value: ConnectionsSnapshot }[] }>(`${api}/connections`);
    const services = data.flatMap(({ value }) => value.services);
    const pool = services.find(({ name }) => name === 'printer');
    expect(pool?.tiers[0]?.endpoints[0]?.counts).toMatchObject({ opened: 1, reused: 9 });
    await stop(printer.process);
    const refused = await until('a refusal for want of a printer', async () => {
      const response = await print();
      const isOfAdmission = (await response.text()).includes('ERR_BUTTRESS_ADMISSION');
      return response.status === 503 && !isOfAdmission && response;
    });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it.skipIf(!hasStores)('stores in PostgreSQL and reads through Redis', async () => {
    const { url } = await startService({
      DATABASE_URL: `postgres://postgres@127.0.0.1:${POSTGRES_PORT}/test`,
      REDIS_URL: `redis://127.0.0.1:${REDIS_PORT}`,
    });
    const id = await store(url);
    expect(await ok(`${url}/${id}`)).toMatchObject({ id, ...receipt, totalAmount: 1_000 });
    const database = new Client({ host: '127.0.0.1', user: 'postgres', database: 'test' });
    await database.connect();
    const { rowCount } = await database.query('delete from receipts where id = $1', [id]);
    await database.end();
    expect(rowCount).toBe(1);
    // What was read before is in the cache.
    expect(await ok(`${url}/${id}`)).toMatchObject({ id, totalAmount: 1_000 });
  });
});
