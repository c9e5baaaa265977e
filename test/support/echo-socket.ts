import { once } from 'node:events';

import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

import type { TestGroup } from './test-group.ts';

/** A WebSocket that has carried a message both ways. */
export async function openEcho({ port }: TestGroup): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send('hello');
  await once(socket, 'message');
  return socket;
}
