import type { Socket } from 'node:net';

import { Context } from '../../context/context.ts';
import { inBootScope } from '../boot-scope.ts';
import type { Dialer, DialOptions } from '../dialer.ts';

/**
 * Connects in no request: for a client that keeps one connection, or makes connections in a loop of
 * its own. Its attempts go on in the scope in which it was first used, and the deadline of that
 * request, once it has passed, would refuse every one of them.
 *
 * @throws ConnectionError
 */
export function connectForAll(
  dialer: Dialer,
  service: string,
  options: DialOptions = {},
): Promise<Socket> {
  return inBootScope(() => dialer.connect(service, options));
}

/**
 * Connects for the present request, within its time. In the scope of one that is over a pool
 * connects for whoever waits: then it is nobody's.
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
