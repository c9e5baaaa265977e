import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import type { HealthCheckOptions } from '../../../lib/connections/settings/service.options.ts';
import { type ConnectionsLab, startConnections } from '../../support/connections-lab.ts';
import { listenOnLoopback } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';

/** Failures that take an address down. */
const FAILURES = 2;

const FIRST_BYTE_MS = 100;

/** After which an attempt that is given up counts. */
const STAGGER_MS = 30;

/** How long an address is down at first. */
const DOWN_MS = 50;

/** Accepts, and says nothing unless it is told to. */
async function silentServer() {
  const server = { address: '', greeting: undefined as string | undefined };
  const { address } = await listenOnLoopback((socket) => {
    socket.resume();
    if (server.greeting !== undefined) socket.write(server.greeting);
  });
  return Object.assign(server, { address });
}

/** Greets at once, or answers what it gets. */
async function goodServer(how: 'greets' | 'answers') {
  const { address } = await listenOnLoopback((socket) => {
    if (how === 'greets') socket.write('hello\n');
    else socket.on('data', () => socket.write('good\n'));
  });
  return address;
}

function start(tiers: string[], health: HealthCheckOptions, firstByteMs = FIRST_BYTE_MS) {
  return startConnections({
    services: {
      x: {
        tiers: tiers.map((address) => [address]),
        timeouts: { firstByteMs },
        retry: { staggerMs: STAGGER_MS },
        health: { failures: FAILURES, downMs: DOWN_MS, maxDownMs: DOWN_MS, ...health },
        throttle: false,
      },
    },
  });
}

function firstLine(socket: Socket): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  socket.once('data', (chunk: Buffer) => resolve(String(chunk).trim()));
  socket.once('error', reject).once('close', () => reject(new Error('closed')));
  return promise;
}

/** Asks, and gives the answer or the code of the error. */
async function ask({ manager }: ConnectionsLab): Promise<string> {
  try {
    return await manager.run('x', ({ socket }) => {
      socket.write('?\n');
      return firstLine(socket);
    });
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

/** Waits for a greeting as a client does that has a limit of its own. */
async function greetingOf({ manager }: ConnectionsLab, limitMs: number): Promise<string> {
  const socket = await manager.connect('x', { serverSpeaksFirst: true });
  const giveUp = setTimeout(() => socket.destroy(), limitMs);
  try {
    return await firstLine(socket);
  } catch {
    return 'none';
  } finally {
    clearTimeout(giveUp);
    socket.destroy();
  }
}

const stateOf = ({ service }: ConnectionsLab): string | undefined =>
  service('x').tiers[0]?.endpoints[0]?.health.state;

const LATE = 'ERR_BUTTRESS_CONNECTION_READ_TIMEOUT';

describe('R34 an address that accepts and stays silent', () => {
  it('is failed over where silence counts', async () => {
    const silent = await silentServer();
    const tiers = [silent.address, await goodServer('answers')];
    const lab = start(tiers, { silenceCounts: true, downMs: 60_000, maxDownMs: 60_000 });
    expect([await ask(lab), await ask(lab)]).toEqual([LATE, LATE]);
    expect(stateOf(lab)).toBe('DOWN');
    expect([await ask(lab), await ask(lab)]).toEqual(['good', 'good']);
  });

  it('is asked again where it does not', async () => {
    const silent = await silentServer();
    const lab = start([silent.address, await goodServer('answers')], {});
    expect([await ask(lab), await ask(lab), await ask(lab)]).toEqual([LATE, LATE, LATE]);
    expect(stateOf(lab)).toBe('UP');
  });

  it('is down again with the first silence after a probe', async () => {
    const silent = await silentServer();
    const lab = start([silent.address, await goodServer('answers')], { silenceCounts: true });
    const answers: string[] = [];
    await until('it was probed twice, and refused twice', async () => {
      answers.push(await ask(lab));
      return answers.filter((one) => one === LATE).length > FAILURES + 1;
    });
    // Two for the first time, one for each further one, and never two in a row after that.
    expect(answers.slice(FAILURES).join(' ')).not.toContain(`${LATE} ${LATE}`);
  });

  it('is failed over where the server speaks first, at the limit', async () => {
    const silent = await silentServer();
    const lab = start([silent.address, await goodServer('greets')], {
      downMs: 60_000,
      maxDownMs: 60_000,
    });
    expect([await greetingOf(lab, 60_000), await greetingOf(lab, 60_000)]).toEqual([
      'none',
      'none',
    ]);
    expect(await greetingOf(lab, 60_000)).toBe('hello');
  });

  it('is failed over where the client gives up, after longer than others get', async () => {
    const silent = await silentServer();
    const tiers = [silent.address, await goodServer('greets')];
    const lab = start(tiers, { downMs: 60_000, maxDownMs: 60_000 }, 0);
    for (let count = 0; count < FAILURES; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await greetingOf(lab, 2 * STAGGER_MS)).toBe('none');
    }
    expect(await greetingOf(lab, 60_000)).toBe('hello');
  });

  it('comes back when it greets, and not because it accepts', async () => {
    const silent = await silentServer();
    const lab = start([silent.address, await goodServer('greets')], {});
    for (let count = 0; count < FAILURES; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await greetingOf(lab, 60_000)).toBe('none');
    }
    const states: (string | undefined)[] = [];
    await until('some probes', async () => {
      expect(await greetingOf(lab, 60_000)).toBe('hello');
      states.push(stateOf(lab));
      return states.includes('PROBING') && states.length > 20;
    });
    expect(states).not.toContain('UP');
    silent.greeting = 'back\n';
    expect(
      await until('it is used again', async () => (await greetingOf(lab, 60_000)) === 'back'),
    ).toBe(true);
  });

  it('is asked again where it answers', async () => {
    const server = await silentServer();
    server.greeting = 'hello\n';
    const lab = start([server.address, await goodServer('greets')], {});
    for (let count = 0; count < 2 * FAILURES; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await greetingOf(lab, 60_000)).toBe('hello');
    }
    expect(stateOf(lab)).toBe('UP');
  });
});

describe('health.silenceCounts', () => {
  it('needs a limit', () => {
    expect(() => start(['127.0.0.1:1'], { silenceCounts: true }, 0)).toThrow(
      'connections.services.x.health.silenceCounts needs connections.services.x.timeouts.firstByteMs',
    );
  });
});
