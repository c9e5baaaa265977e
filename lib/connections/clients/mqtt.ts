import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { lazySocket } from './sockets.ts';

/**
 * Creates the first argument of `mqtt`'s `MqttClient`, which calls it for every attempt; `connect`
 * of the package accepts no stream.
 *
 * @example
 * new MqttClient(mqttStream(connections, 'sensors'), { clientId: 'receipts' });
 */
export function mqttStream(dialer: Dialer, service: string): () => LazySocket {
  return () => lazySocket(dialer, service, { isShared: true }).setNoDelay(true);
}
