import { within } from '../../common/within.ts';
import { currentScope } from '../../context/context-scope.ts';
import { MessageServer, type TransportServer } from './message-server.ts';

/** Least time for messages in flight once requests are drained, in milliseconds. */
const LEAST_MS = 1_000;

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

  /**
   * Waits until messages in flight are answered: at most `withinMs`, and a second after `requests`.
   *
   * @param requests settles when HTTP is drained: its handlers may ask these services, by a broker
   */
  async drain(withinMs: number, requests: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (this.#servers.length === 0) return;
    const drained = Promise.all(this.#servers.map((server) => server.drain(requests)));
    const startedAt = performance.now();
    await within(Promise.race([drained, requests]), withinMs);
    const leftMs = withinMs - (performance.now() - startedAt);
    await within(drained, Math.max(LEAST_MS, leftMs));
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
