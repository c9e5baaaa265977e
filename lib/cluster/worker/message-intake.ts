import { setImmediate as nextTurn } from 'node:timers/promises';

interface Subscription {
  unsubscribe(): unknown;
  drain?(): unknown;
}

type Callback = (error?: Error) => void;

/** The used part of amqplib's channel. */
interface AmqpChannel {
  readonly consumers?: ReadonlyMap<string, unknown>;
  cancel(consumerTag: string): PromiseLike<unknown>;
  consume?: unknown;
  waitForConfirms?(): Promise<unknown>;
}

/** The parts of Nest's transport servers that receive messages; each server has some of them. */
interface Intakes {
  /** gRPC. */
  grpcClient?: { tryShutdown(callback: Callback): void } | null;
  /** NATS. */
  natsClient?: { flush(): Promise<unknown> } | null;
  subscriptions?: readonly Subscription[];
  /** Redis. */
  subClient?: { unsubscribe(): unknown; punsubscribe(): unknown } | null;
  /** RabbitMQ, by amqp-connection-manager, which has no part in how Nest consumes. */
  channel?: { addSetup(setup: (channel: AmqpChannel) => unknown): unknown } | null;
  /** MQTT. */
  mqttClient?: { unsubscribeAsync(topics: string[]): unknown } | null;
  /** Kafka. */
  consumer?: { stop(): unknown } | null;
  getHandlers?(): ReadonlyMap<string, unknown>;
}

/** How each server stops its intake; nothing: it is not one of this transport. */
const WAYS: readonly ((server: Intakes) => readonly unknown[] | null | undefined)[] = [
  // Settles when calls in work have ended, too.
  ({ grpcClient }) =>
    grpcClient && [new Promise<unknown>((resolve) => grpcClient.tryShutdown(resolve))],
  // Draining delivers what has already been received.
  ({ subscriptions }) => subscriptions?.map((one) => one.drain?.() ?? one.unsubscribe()),
  ({ subClient }) => subClient && [subClient.unsubscribe(), subClient.punsubscribe()],
  ({ channel }) => channel && [channel.addSetup(cancelConsumers)],
  (server) =>
    server.mqttClient && [
      server.mqttClient.unsubscribeAsync([...(server.getHandlers?.().keys() ?? [])]),
    ],
  ({ consumer }) => consumer && [consumer.stop()],
];

/**
 * Has a Nest transport server take no more messages: its broker keeps them, or gives them to others.
 * Resolves when none can begin any more.
 *
 * @returns undefined: no way is known to stop this server before its close
 */
export function stopIntake(server: object): Promise<unknown> | undefined {
  try {
    for (const way of WAYS) {
      const stops = way(server);
      if (stops !== undefined && stops !== null) return Promise.allSettled(stops);
    }
  } catch {
    // Its client has another form, or is not connected.
  }
  return undefined;
}

/**
 * Resolves when the broker has what this server has published, where its client tells: replies are
 * sent after their handlers have ended, and a close would lose them or reject them.
 */
export async function repliesSent(server: object): Promise<void> {
  const { channel, natsClient }: Intakes = server;
  try {
    // It publishes in a later turn.
    await nextTurn();
    await channel?.addSetup((raw) => raw.waitForConfirms?.());
    await natsClient?.flush();
  } catch {
    // The connection is lost, and the close will say so.
  }
}

/** Runs again after a reconnection, as Nest's own set-up does, which would consume again. */
function cancelConsumers(channel: AmqpChannel): Promise<unknown> {
  channel.consume = () => Promise.resolve({ consumerTag: '' });
  const tags = [...(channel.consumers?.keys() ?? [])];
  return Promise.all(tags.map((tag) => channel.cancel(tag)));
}
