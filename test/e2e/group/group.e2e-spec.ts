import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

import { describe, expect, it, onTestFinished } from 'vitest';

import { launchGroup, startGroup, survivors, USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const run = promisify(execFile);

/** Loads a module in a fresh process and tells which files that took. */
const LIST_LOADED = `
  import { registerHooks } from 'node:module';
  const urls = [];
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  await import('nestjs-buttress/cluster');
  console.log(JSON.stringify(urls));
`;

describe('Group', () => {
  it('loads neither Nest nor Fastify nor reflection', async () => {
    const args = ['--input-type=module', '--eval', LIST_LOADED];
    const { stdout } = await run(process.execPath, args);
    const urls = JSON.parse(stdout) as string[];
    expect(urls.length).toBeGreaterThan(10);
    expect(urls.filter((url) => /@nestjs|fastify|reflect-metadata|rxjs/.test(url))).toEqual([]);
  });

  it('passes connections on by the transport that it was given, and shows which', async () => {
    const group = await startGroup({ app: 'lab.app', options: { workers: 1 } });
    expect((await group.get('/lab/who')).status).toBe(200);
    expect((await group.queue()).transport).toBe(USED_TRANSPORT);
  });

  it('serves without the optional package, and says why it uses the other transport', async () => {
    const preload = new URL('../../fixtures/dist/without-koffi.js', import.meta.url).href;
    const acceptQueue = { transport: 'auto' } as const;
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: 1, acceptQueue },
      preload,
    });
    expect((await group.get('/lab/who')).status).toBe(200);
    expect((await group.queue()).transport).toBe('ipc');
    const reasons = group.log.map(({ reason }) => reason);
    expect(reasons).toContain("Cannot find package 'koffi'");
  });

  it('does not start when it was given descriptors as its transport and can not have them', async () => {
    const preload = new URL('../../fixtures/dist/without-koffi.js', import.meta.url).href;
    const acceptQueue = { transport: 'fd' } as const;
    const group = await launchGroup({ app: 'lab.app', options: { acceptQueue }, preload });
    expect(await group.untilExited()).toEqual({ code: 1, signal: null });
    const codes = group.log.map(({ code }) => code);
    expect(codes).toContain('ERR_BUTTRESS_CLUSTER_TRANSPORT');
  });

  it('ends once, with code 0, when a terminal interrupts all of its processes', async () => {
    const group = await startGroup({ app: 'lab.app' });
    const pids = await group.pids();
    process.kill(-group.pid, 'SIGINT');
    expect(await group.untilExited()).toEqual({ code: 0, signal: null });
    expect(survivors(pids)).toEqual([]);
    expect(group.log.filter(({ msg }) => msg === 'draining')).toHaveLength(1);
  });

  it('lets workers leave TERM to the primary when all processes get it', async () => {
    const group = await startGroup({ app: 'lab.app', options: { workers: 1 } });
    const slow = group.get('/lab/sleep?ms=3000');
    await until('the request in flight', async () => {
      return (await group.workers()).some(({ inFlight }) => inFlight > 0);
    });
    process.kill(-group.pid, 'SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await group.untilExited()).toEqual({ code: 0, signal: null });
  });

  it('replaces a worker that alone gets TERM, after its requests', async () => {
    const options = { workers: 1, drain: { idleGraceMs: 100 } };
    const group = await startGroup({ app: 'lab.app', options });
    const slow = group.get('/lab/sleep?ms=3000');
    const busy = await until('the request in flight', async () => {
      return (await group.workers()).find(({ inFlight }) => inFlight > 0);
    });
    process.kill(busy.pid ?? 0, 'SIGTERM');
    expect((await slow).status).toBe(200);
    await group.untilWorker(busy.slot, 'replaced', ({ state, pid }) => {
      return state === 'READY' && pid !== busy.pid;
    });
    const { lastExit } = await group.untilWorker(
      busy.slot,
      'with its exit',
      (one) => one.lastExit !== null,
    );
    expect(lastExit).toMatchObject({ code: 0, reason: 'it got SIGTERM (exit code 0)' });
  });

  it('says that the port of the pages is in use, and starts nothing', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const group = await launchGroup({ app: 'lab.app', options: { meta: { port } } });
    expect(await group.untilExited()).toEqual({ code: 1, signal: null });
    expect(group.log.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^starting 2 workers on /),
      `127.0.0.1:${port} is in use: trying again for 2000 ms`,
      `cannot listen on 127.0.0.1:${port}: the address is already in use (EADDRINUSE)`,
    ]);
  });

  it('says what to do when Nest ends a worker that can not start', async () => {
    const group = await launchGroup({ app: 'aborting.app' });
    expect(await group.untilExited({ withinMs: 20_000 })).toEqual({ code: 1, signal: null });
    expect(group.output).toContain('the table of this test is not there');
    const last = group.log.at(-1);
    expect(last).toMatchObject({ level: 50, code: 'ERR_BUTTRESS_CLUSTER_START' });
    expect(last?.msg).toContain('Set abortOnError: false in NestFactory.create');
  });

  it('refuses a wrong option before anything is started', async () => {
    const group = await launchGroup({ app: 'lab.app', options: { workers: 0 } });
    expect((await group.untilExited()).code).toBe(1);
    expect(group.output).toContain('workers must be a whole number from 1 to 1024. Received 0.');
    expect(group.log).toEqual([]);
  });
});
