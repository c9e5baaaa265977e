import { within } from '../../common/within.ts';
import { currentScope } from '../../context/context-scope.ts';
import { MessageServer, type TransportServer } from './message-server.ts';

interface Microservice {
  getTransportServer?(): Partial<TransportServer>;
}

/** A Nest hybrid application, a microservice, or anything else. */
interface AnyApplication extends Microservice {
  getMicroservices?(): readonly Microservice[];
}

/** Drains the microservices of an application. */
export class Microservices {
  readonly #servers: readonly MessageServer[];

  constructor(application: object | undefined) {
    const any: AnyApplication = application ?? {};
    this.#servers = [any, ...(any.getMicroservices?.() ?? [])].flatMap((one) => {
      const server = one.getTransportServer?.();
      if (isTransportServer(server)) return [new MessageServer(server)];
      if (server !== undefined) currentScope().log.warn({ context: 'drain' }, notDrained(server));
      return [];
    });
  }

  /** Waits at most `withinMs` until messages in flight are answered. */
  async drain(withinMs: number): Promise<void> {
    if (this.#servers.length === 0) return;
    await within(Promise.all(this.#servers.map((server) => server.drain())), withinMs);
  }
}

function notDrained(server: object): string {
  return (
    `${server.constructor.name} cannot be drained: it does not extend Server of ` +
    "'@nestjs/microservices'. Messages in flight are lost at shutdown"
  );
}

/** A custom strategy may have no hooks. */
function isTransportServer(
  server: Partial<TransportServer> | undefined,
): server is TransportServer {
  return (
    server?.setOnProcessingStartHook !== undefined && server.setOnProcessingEndHook !== undefined
  );
}
