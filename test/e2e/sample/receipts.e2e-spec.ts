import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';

const SAMPLE = fileURLToPath(new URL('../../../sample/receipts/dist/', import.meta.url));

/** A busy machine starts it slowly. */
const START_MS = 120_000;

const receipt = {
  merchant: 'Corner shop',
  currency: 'EUR',
  items: [
    { name: 'Tea', quantity: 2, unitAmount: 350 },
    { name: 'Milk', quantity: 1, unitAmount: 120 },
  ],
};

interface Threads {
  data: { value: { methods: { id: string; calls: { completed: number } }[] } }[];
}

interface Service {
  url: string;
  /** Of the secondary listener. */
  metaUrl: string;
  process: ChildProcess;
}

/** Starts the sample as its README says, for several tests. */
async function openSample(
  entry: 'main.js' | 'dev.js',
  env: NodeJS.ProcessEnv,
): Promise<{ service: Service; end: () => Promise<void> }> {
  const [port, metaPort] = [await freePort(), await freePort()];
  const dataDir = mkdtempSync(join(tmpdir(), 'receipts-'));
  const child = spawn(process.execPath, [join(SAMPLE, entry)], {
    stdio: 'ignore',
    env: {
      ...process.env,
      PORT: String(port),
      META_PORT: String(metaPort),
      DATA_DIR: dataDir,
      WORKERS: '2',
      ...env,
    },
  });
  const exited = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    rmSync(dataDir, { recursive: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const isUp = async (): Promise<boolean> => (await fetch(`${url}/receipts/none`)).status === 404;
  await until('an answer of the sample', isUp, { withinMs: 90_000 }).catch(async (error) => {
    await end();
    throw error;
  });
  return { service: { url, metaUrl: `http://127.0.0.1:${metaPort}`, process: child }, end };
}

/** What the sample answers. A busy machine refuses for a moment what it can not do in time. */
function ask(url: string, init?: RequestInit): Promise<Response> {
  return until(
    `an answer of ${url}`,
    async () => {
      const answer = await fetch(url, init);
      return answer.status !== 503 && answer;
    },
    { everyMs: 200 },
  );
}

function post(url: string, body: unknown): Promise<Response> {
  return ask(`${url}/receipts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function sum(url: string, csv: string): Promise<Response> {
  const headers = { 'content-type': 'text/csv' };
  return ask(`${url}/receipts/summary`, { method: 'POST', headers, body: csv });
}

describe('the sample service', () => {
  describe('in a group', () => {
    let service: Service;

    beforeAll(async () => {
      const opened = await openSample('main.js', { LAB: '1' });
      ({ service } = opened);
      return opened.end;
    }, START_MS);

    it('stores receipts that every worker reads', async () => {
      const { url, metaUrl } = service;
      const created = await post(url, receipt);
      expect(created.status).toBe(201);
      const stored = (await created.json()) as { id: string };
      expect(stored).toMatchObject({ ...receipt, totalAmount: 820 });
      expect(created.headers.get('location')).toBe(`/receipts/${stored.id}`);
      const reads = Array.from({ length: 10 }, async () => {
        const read = await ask(`${url}/receipts/${stored.id}`, {
          headers: { connection: 'close' },
        });
        return read.json();
      });
      for (const read of await Promise.all(reads)) expect(read).toEqual(stored);
      const added = await until('both workers tell of their threads', async () => {
        const { data } = (await (await fetch(`${metaUrl}/api/v1/threads`)).json()) as Threads;
        const methods = data.flatMap(({ value }) => value.methods);
        const own = methods.filter(({ id }) => id === 'ReceiptsStore.add');
        return own.length === 2 && own;
      });
      const completed = added.map(({ calls }) => calls.completed);
      expect(completed.toSorted((a, b) => a - b)).toEqual([0, 1]);
    });

    it('has its lab, because it was asked for', async () => {
      const { url } = service;
      expect(await (await ask(`${url}/lab/bytes?n=5`)).text()).toBe('xxxxx');
      expect((await ask(`${url}/lab/sleep?ms=1`)).status).toBe(200);
      expect((await ask(`${url}/lab/cpu?ms=1`)).status).toBe(200);
      expect((await ask(`${url}/lab/leak?mb=1`)).status).toBe(200);
      expect((await ask(`${url}/lab/block?ms=1`)).status).toBe(200);
      expect((await ask(`${url}/lab/block?ms=much`)).status).toBe(400);
    });
  });

  describe('in one process', () => {
    let url: string;
    let metaUrl: string;

    beforeAll(async () => {
      const { service, end } = await openSample('dev.js', {});
      ({ url, metaUrl } = service);
      return end;
    }, START_MS);

    it('refuses what is not a receipt, says what is wrong with it, and has no lab', async () => {
      const refused = await post(url, { ...receipt, currency: 'euro', tip: 1 });
      expect(refused.status).toBe(400);
      const { message } = (await refused.json()) as { message: string[] };
      expect(message.join('\n')).toMatch(/currency.*\n.*tip/s);
      expect((await ask(`${url}/receipts/none`)).status).toBe(404);
      expect((await ask(`${url}/lab/sleep?ms=1`)).status).toBe(404);
    });

    it('has pages of its own', async () => {
      expect((await ask(`${metaUrl}/api/v1/config`)).status).toBe(200);
    });

    it('prints a receipt in a thread', async () => {
      const { id } = (await (await post(url, receipt)).json()) as { id: string };
      const printed = await ask(`${url}/receipts/${id}/pdf`);
      expect(printed.headers.get('content-type')).toBe('application/pdf');
      const bytes = Buffer.from(await printed.arrayBuffer());
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
      expect(bytes.toString('latin1').trimEnd()).toMatch(/%%EOF$/);
      expect((await ask(`${url}/receipts/none/pdf`)).status).toBe(404);
    });

    it('sums up files of receipts, small and large ones alike', async () => {
      for (const rows of [3, 5_000]) {
        const lines = Array.from({ length: rows }, (_, i) => `Shop ${i % 3},EUR,${i}`);
        const csv = ['merchant,currency,totalAmount', ...lines].join('\n');
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const answer = await sum(url, csv);
        expect(answer.status).toBe(200);
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        expect(await answer.json()).toEqual({
          receipts: rows,
          merchants: 3,
          totals: { EUR: (rows * (rows - 1)) / 2 },
        });
      }
      expect((await sum(url, 'merchant,currency,totalAmount\nShop,EUR,many')).status).toBe(400);
      expect((await sum(url, 'merchant,currency\n"Shop,EUR')).status).toBe(400);
    });
  });
});
