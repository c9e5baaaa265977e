import { randomUUID } from 'node:crypto';

import { MqttClient } from 'mqtt';
import { mqttStream } from 'nestjs-buttress/clients/mqtt';
import { describe } from 'vitest';

import { itKeepsTheContract } from './support/contract.ts';
import { isMissing } from './support/servers.ts';

const MOSQUITTO = { name: 'Mosquitto', port: 1_883 };

describe.skipIf(await isMissing(MOSQUITTO))('mqtt', () => {
  itKeepsTheContract({
    takesTlsOfService: true,
    port: MOSQUITTO.port,
    open: async (dialer, service) => {
      const clientId = `buttress-${randomUUID()}`;
      const client = new MqttClient(mqttStream(dialer, service), {
        clientId,
        clean: true,
        reconnectPeriod: 100,
        connectTimeout: 3_000,
        keepalive: 2,
        resubscribe: true,
      });
      client.on('error', () => undefined);
      const waiting = new Map<string, (payload: Buffer) => void>();
      client.on('message', (topic, payload) => waiting.get(topic)?.(payload));
      await client.subscribeAsync(`${clientId}/+`, { qos: 1 });
      let last = 0;
      const echo = async (payload: string | Buffer): Promise<Buffer> => {
        const topic = `${clientId}/${++last}`;
        const { promise, resolve } = Promise.withResolvers<Buffer>();
        waiting.set(topic, resolve);
        client.publish(topic, payload, { qos: 1 });
        return promise.finally(() => waiting.delete(topic));
      };
      return {
        ask: async (n) => Number((await echo(String(n))).toString()),
        carry: echo,
        close: () => client.endAsync(),
      };
    },
  });
});
