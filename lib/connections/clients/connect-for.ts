import type { Socket } from 'node:net';

import { outside } from '../../common/outside.ts';
import { Context } from '../../context/context.ts';
import type { DialOptions } from '../dial.options.ts';
import type { Dialer } from '../dialer.ts';

/**
 * Connects outside any request: for a client that keeps one connection or connects in a loop of its
 * own. Its attempts run in the async context of its first use, where the deadline of that request,
 * once passed, would refuse them all.
 *
 * @throws ConnectionError
 */
export function connectForAll(
  dialer: Dialer,
  service: string,
  options: DialOptions = {},
): Promise<Socket> {
  return outside(() => dialer.connect(service, options));
}

/**
 * Connects within the deadline of the current request. When that is over, connects outside any
 * request: a pool then connects for other requests that wait.
 *
 * @throws ConnectionError, ContextAbortError
 */
export function connectForRequest(
  dialer: Dialer,
  service: string,
  options: DialOptions = {},
): Promise<Socket> {
  const context = Context.current();
  const isOver = context !== undefined && !(context.isActive && context.remainingMs > 0);
  return isOver ? connectForAll(dialer, service, options) : dialer.connect(service, options);
}
