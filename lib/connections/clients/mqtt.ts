import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { lazySocket } from './sockets.ts';

/**
 * The first argument of `mqtt`'s `MqttClient`; its `connect` takes none. Called for every attempt.
 *
 * @example
 * new MqttClient(mqttStream(connections, 'sensors'), { clientId: 'receipts' });
 */
export function mqttStream(dialer: Dialer, service: string): () => LazySocket {
  return () => lazySocket(dialer, service, { isShared: true }).setNoDelay(true);
}
