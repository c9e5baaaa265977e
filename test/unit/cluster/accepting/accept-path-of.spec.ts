import { describe, expect, it } from 'vitest';

import { acceptPathOf } from '../../../../lib/cluster/accepting/accept-path-of.ts';
import type { AcceptPath } from '../../../../lib/cluster/accepting/accept-path.ts';
import type { Invitations } from '../../../../lib/cluster/accepting/invite/invitations.ts';
import type { ResolvedGroupOptions } from '../../../../lib/cluster/group.options.ts';
import { InheritedSockets } from '../../../../lib/cluster/takeover/inherited-sockets.ts';
import { EMFILE } from '../../../../lib/posix/libc.ts';
import { acceptQueue } from './slow-turns.ts';

const SPEC = { port: 3000, ordinal: 0, refusal: 'close', clientFirst: true } as const;

/** A group whose only socket lets `limit` connections wait, and lacks descriptors once. */
async function opened(limit: number): Promise<{ path: AcceptPath; lines: string[] }> {
  const lines: string[] = [];
  const clock = { now: () => 0 };
  const path = acceptPathOf(
    { acceptQueue, workers: 2 } as unknown as ResolvedGroupOptions,
    {
      clock,
      queueClock: clock,
      random: () => 0,
      descriptors: 1_024,
      inherited: new InheritedSockets([]),
      log: (level, message, fields) => {
        lines.push(`${level} ${message}${fields === undefined ? '' : ` ${fields['message']}`}`);
      },
    },
    () => [],
  );
  const errors = [EMFILE, 0];
  const socket = {
    limit,
    address: { address: '127.0.0.1', port: 3000, family: 'IPv4' },
    start: () => undefined,
    takeWaits: () => undefined,
    takeErrno: () => errors.shift() ?? 0,
  };
  path.invitations = { open: async () => [socket] } as unknown as Invitations;
  await path.listen(SPEC, 'app');
  return { path, lines };
}

describe('the accept path of a group', () => {
  it('logs a limit that the kernel lowers, with the setting that raises it', async () => {
    const { lines } = await opened(128);
    expect(lines).toEqual([
      'info listening on 127.0.0.1:3000',
      'warn 127.0.0.1:3000 queues at most 128 connections, not 384 (acceptQueue.maxQueue): ' +
        'the limit is half of the backlog. Set net.core.somaxconn to 768',
    ]);
  });

  it('logs nothing of a limit that holds', async () => {
    const { lines } = await opened(384);
    expect(lines).toEqual(['info listening on 127.0.0.1:3000']);
  });

  it('logs errors of the watching thread once, though nobody opens the pages', async () => {
    const { path, lines } = await opened(384);
    path.tick();
    path.tick();
    expect(lines.slice(1)).toEqual([expect.stringMatching(/^error accept failed .*EMFILE/)]);
  });
});
