import { EventEmitter } from 'node:events';
import type { Server } from 'node:net';

import { expect, it } from 'vitest';

import { onUpgrade } from '../../../../lib/common/http/on-upgrade.ts';

it.each(['before', 'after'])(
  'R23 A listener of upgrades is called first, once the application listens: %s it.',
  (when) => {
    const server = new EventEmitter();
    const called: string[] = [];
    const listen = (): void => onUpgrade(server as Server, () => void called.push('ours'));
    if (when === 'before') listen();
    expect(server.listenerCount('upgrade')).toBe(0);
    server.on('upgrade', () => void called.push('theirs'));
    if (when === 'after') listen();
    server.emit('upgrade', {}, {});
    expect(called).toEqual(['ours', 'theirs']);
    expect(server.listenerCount('connect')).toBe(0);
  },
);
