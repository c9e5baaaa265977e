import { callOptions } from '../../common/options/call-options.ts';
import type { Dialer } from '../dialer.ts';
import { type AmqpOptions, amqpOptions } from './amqplib.options.ts';
import { relay } from './relay.ts';

export type { AmqpOptions } from './amqplib.options.ts';

const checked = callOptions('amqpSocketOptions', amqpOptions);

/** Socket options for `amqplib`'s `connect`. Close them after the connections that use them. */
export interface AmqpSocketOptions extends AsyncDisposable {
  readonly path: string;
  close(): Promise<void>;
}

/**
 * Creates the second argument of `amqplib`'s `connect`. The client accepts no socket, so bytes pass
 * through a unix socket in this process. With `amqp:` URLs, TLS is the service's; for `amqps:`, set
 * `tlsBy` to `client`. In a request, connect in `Context.detach`: the events of amqplib's own socket
 * run in the context that connected it.
 *
 * @example
 * const socketOptions = await amqpSocketOptions(connections, 'queue');
 * await Context.detach(() => amqplib.connect('amqp://user:secret@queue', socketOptions));
 */
export async function amqpSocketOptions(
  dialer: Dialer,
  service: string,
  options?: AmqpOptions,
): Promise<AmqpSocketOptions> {
  const { tlsBy } = checked(options);
  return relay(dialer, service, { tls: tlsBy === 'client' ? 'none' : 'service' });
}
