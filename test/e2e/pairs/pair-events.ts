import { isAlive } from '../../support/processes.ts';
import type { TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import type { PairApp } from './pair-app.ts';

/** What happens to a group while it is asked for features. */
export interface PairEvent {
  name: string;
  /** Whether requests that are at work in a process are lost with it. */
  losesRequests?: boolean;
  /** Makes it happen, and waits for its end. */
  happen(app: PairApp, group: TestGroup): Promise<void>;
}

const FROZEN_MS = 3_000;

export const EVENTS: readonly PairEvent[] = [
  {
    name: 'a reload',
    async happen(_app, group) {
      const before = countOf(group, 'reloaded');
      group.signal('SIGHUP');
      await logged(group, 'reloaded', before);
    },
  },
  {
    name: 'the recycling of a worker',
    async happen(_app, group) {
      const before = countOf(group, 'worker replaced');
      const [one] = await group.untilAllReady();
      await group.post('/api/v1/operations/recycle', { worker: one?.id }, {});
      await logged(group, 'worker replaced', before);
    },
  },
  {
    name: 'the drain of a worker',
    async happen(_app, group) {
      const [one] = await group.untilAllReady();
      await ended(group, one?.pid ?? 0, 'SIGTERM');
    },
  },
  {
    name: 'the death of a worker',
    losesRequests: true,
    async happen(_app, group) {
      const [one] = await group.untilAllReady();
      await ended(group, one?.pid ?? 0, 'SIGKILL');
    },
  },
  {
    name: 'a blocked loop',
    async happen(app, group) {
      const blocked = app.get(`/pair/freeze?ms=${FROZEN_MS}`);
      await until('a stalled worker', async () =>
        (await group.workers()).some(({ state }) => state === 'STALLED'),
      );
      await blocked;
      await group.untilAllReady();
    },
  },
  {
    // Its microservice listens at an address that the new workers can't have.
    name: 'an upgrade that fails',
    async happen(_app, group) {
      const pids = await group.pids();
      group.signal('SIGUSR2');
      const failed = 'no upgrade: the new primary ended (exit code 1)';
      await logged(group, failed, 0);
      if (String(await group.pids()) !== String(pids)) throw new Error('workers were replaced');
    },
  },
];

function countOf({ log }: TestGroup, message: string): number {
  return log.filter(({ msg }) => msg === message).length;
}

function logged(group: TestGroup, message: string, before: number): Promise<true> {
  return until(message, () => countOf(group, message) > before, { withinMs: 90_000 });
}

/** Ends a worker, and waits for the one after it. */
async function ended(group: TestGroup, pid: number, signal: NodeJS.Signals): Promise<void> {
  process.kill(pid, signal);
  await until('its end', () => !isAlive(pid), { withinMs: 60_000 });
  await group.untilAllReady();
}
