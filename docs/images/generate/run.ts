/**
 * Takes the pictures of the pages anew: `npm run docs:images`, with Chromium installed.
 *
 * Starts the sample with its lab and services, asks it for half a minute as users would, blocks an
 * event loop once, and visits the pages. Everything listens on loopback and ends with this process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { chromium, type Page } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const IMAGES = fileURLToPath(new URL('../', import.meta.url));

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Requests are sent so long before the pages are visited: charts need a past. */
const LOAD_MS = 60_000;
const CLIENTS = 4;
const REST_MS = 150;

/** A picture, and the part of the page that it shows; undefined: as much as the window does. */
const PICTURES: readonly { name: string; path: string; height?: number }[] = [
  { name: 'overview', path: '/', height: 1_500 },
  { name: 'requests', path: '/requests' },
  { name: 'statistic', path: '/stats/http.server.request_duration' },
];

const WIDTH = 1_280;
const HEIGHT = 900;

async function main(): Promise<void> {
  const executablePath = process.env['CHROMIUM'] ?? BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('install Chromium, or name it in CHROMIUM');
  const directory = mkdtempSync(join(tmpdir(), 'images-'));
  const rates = await serve();
  const service = await startService(rates, directory);
  try {
    await Promise.all([load(service.port), incident(service.port)]);
    await takePictures(executablePath, service.pages);
  } finally {
    service.child.kill('SIGTERM');
    await once(service.child, 'exit');
    rates.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Answers as the service `rates` does. */
async function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    const [, from = '', to = ''] = (request.url ?? '').split('/');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ from, to, rate: 1.08, by: 0 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

interface Service {
  child: ChildProcess;
  port: number;
  pages: string;
}

async function startService(rates: Server, directory: string): Promise<Service> {
  const port = await freePort();
  const pagesPort = await freePort();
  const child = spawn(process.execPath, ['sample/receipts/dist/main.js'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      LAB: '1',
      WORKERS: '3',
      NODE_ENV: 'production',
      OTEL_SERVICE_NAME: 'receipts',
      PORT: `${port}`,
      META_PORT: `${pagesPort}`,
      DATA_DIR: directory,
      RATES: `127.0.0.1:${(rates.address() as AddressInfo).port}`,
    },
  });
  const pages = `http://127.0.0.1:${pagesPort}`;
  const isReady = async (): Promise<boolean> => (await fetch(`${pages}/readyz`)).ok;
  // oxlint-disable-next-line no-await-in-loop -- polls the condition
  while (!(await isReady().catch(() => false))) {
    if (child.exitCode !== null) throw new Error('the sample did not start');
    // oxlint-disable-next-line no-await-in-loop -- polls the condition
    await sleep(100);
  }
  return { child, port, pages };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Clients that create receipts and read them. */
async function load(port: number): Promise<void> {
  const endsAt = performance.now() + LOAD_MS;
  const url = `http://127.0.0.1:${port}/receipts`;
  const client = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      // oxlint-disable-next-line no-await-in-loop -- one request after another
      await visit(url).catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop -- one request after another
      await sleep(REST_MS * Math.random());
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function visit(url: string): Promise<void> {
  const items = [{ name: 'Coffee', quantity: 2, unitAmount: 350 }];
  const created = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ merchant: 'Kiosk', currency: 'EUR', items }),
  });
  const { id } = (await created.json()) as { id?: string };
  if (id === undefined) return;
  for (const path of ['', '/in/USD', '/pdf']) {
    // oxlint-disable-next-line no-await-in-loop -- one request after another
    await (await fetch(`${url}/${id}${path}`)).arrayBuffer();
  }
}

/** A request that blocks an event loop, a while before the pictures are taken. */
async function incident(port: number): Promise<void> {
  await sleep(LOAD_MS - 15_000);
  await fetch(`http://127.0.0.1:${port}/lab/block?ms=1500`);
}

async function takePictures(executablePath: string, pages: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
    for (const picture of PICTURES) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await take(page, pages, picture);
    }
  } finally {
    await browser.close();
  }
}

async function take(
  page: Page,
  pages: string,
  { name, path, height = HEIGHT }: (typeof PICTURES)[number],
): Promise<void> {
  await page.setViewportSize({ width: WIDTH, height });
  await page.goto(`${pages}${path}`, { waitUntil: 'load' });
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  console.log(`docs/images/${name}.png`);
}

await main();
