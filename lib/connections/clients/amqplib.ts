import type { Dialer } from '../dialer.ts';
import { relay } from './relay.ts';

/** Options for `amqplib`'s `connect`, to be closed after the connections that were made with them. */
export interface AmqpSocketOptions extends AsyncDisposable {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * The second argument of `amqplib`'s `connect`. It takes no socket of ours, so bytes pass through
 * a unix socket in this process. TLS is the service's with `amqp:`, the client's with `amqps:`.
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
