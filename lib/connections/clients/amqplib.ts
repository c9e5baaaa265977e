import type { Dialer } from '../dialer.ts';
import { relay } from './relay.ts';

/** Socket options for `amqplib`'s `connect`. Close them after the connections that use them. */
export interface AmqpSocketOptions extends AsyncDisposable {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Creates the second argument of `amqplib`'s `connect`. The client accepts no socket, so bytes pass
 * through a unix socket in this process. With `amqp:` URLs, TLS is the service's; for `amqps:`, set
 * `tlsBy` to `client`.
 *
 * @example
 * const socketOptions = await amqpSocketOptions(connections, 'queue');
 * await amqplib.connect('amqp://user:secret@queue', socketOptions);
 */
export async function amqpSocketOptions(
  dialer: Dialer,
  service: string,
  { tlsBy = 'service' }: { tlsBy?: 'service' | 'client' } = {},
): Promise<AmqpSocketOptions> {
  return relay(dialer, service, { tls: tlsBy === 'client' ? 'none' : 'service' });
}
