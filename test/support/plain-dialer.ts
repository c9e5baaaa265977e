import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type {
  Dialer,
  DialOptions,
  ResolvedAddress,
  ServiceDescription,
} from '../../lib/connections/dialer.ts';

/** A dialer for tests of clients alone: the first port that takes a connection. */
export class PlainDialer implements Dialer {
  /** Options of all dials, in order. */
  readonly dials: DialOptions[] = [];
  readonly #ports: readonly number[];
  readonly #description: Partial<ServiceDescription>;

  constructor(ports: readonly number[], description: Partial<ServiceDescription> = {}) {
    this.#ports = ports;
    this.#description = description;
  }

  async connect(_service: string, options: DialOptions = {}): Promise<Socket> {
    this.dials.push(options);
    let failure: unknown;
    for (const port of this.#ports) {
      const socket = connect(port, '127.0.0.1');
      try {
        // oxlint-disable-next-line no-await-in-loop -- one port after the other is tried
        await once(socket, 'connect', options);
        return socket;
      } catch (error) {
        socket.destroy();
        failure = error;
      }
    }
    throw failure;
  }

  describe(service: string): ServiceDescription {
    return {
      name: service,
      tls: undefined,
      propagate: { trace: false, remainingTimeHeader: undefined },
      address: { host: '127.0.0.1', port: this.#ports[0] ?? 0, path: undefined },
      connectTimeoutMs: 5_000,
      readTimeoutMs: 30_000,
      maxConnections: 100,
      ...this.#description,
    };
  }

  async resolve(): Promise<readonly ResolvedAddress[]> {
    return this.#ports.map((port) => ({ host: '127.0.0.1', family: 4, port }));
  }
}
