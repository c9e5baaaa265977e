import { within } from '../../common/within.ts';
import { MessageServer, type TransportServer } from './message-server.ts';

interface Microservice {
  getTransportServer?(): Partial<TransportServer>;
}

/** A hybrid application of Nest's, a microservice, or something else. */
interface AnyApplication extends Microservice {
  getMicroservices?(): readonly Microservice[];
}

/** The microservices of an application, so that they can be drained. */
export class Microservices {
  readonly #servers: readonly MessageServer[];

  constructor(application: object | undefined) {
    const any: AnyApplication = application ?? {};
    this.#servers = [any, ...(any.getMicroservices?.() ?? [])].flatMap((one) => {
      const server = one.getTransportServer?.();
      return isTransportServer(server) ? [new MessageServer(server)] : [];
    });
  }

  /** Waits until the messages in work are answered, for `withinMs` milliseconds at most. */
  async drain(withinMs: number): Promise<void> {
    if (this.#servers.length === 0) return;
    await within(Promise.all(this.#servers.map((server) => server.drain())), withinMs);
  }
}

/** A strategy of the application's own may have no hooks. */
function isTransportServer(
  server: Partial<TransportServer> | undefined,
): server is TransportServer {
  return (
    server?.setOnProcessingStartHook !== undefined && server.setOnProcessingEndHook !== undefined
  );
}
