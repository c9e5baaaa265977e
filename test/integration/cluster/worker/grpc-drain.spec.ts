import { fileURLToPath } from 'node:url';

import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GrpcMethod, Transport } from '@nestjs/microservices';
import { expect, it, onTestFinished } from 'vitest';

import { Microservices } from '../../../../lib/cluster/worker/microservices.ts';
import { freePort } from '../../../support/free-port.ts';
import { until } from '../../../support/until.ts';

const protoPath = fileURLToPath(new URL('../../../fixtures/grpc/work.proto', import.meta.url));

const begun: number[] = [];
const ends = new Map<number, () => void>();

@Controller()
class WorkController {
  @GrpcMethod('Work', 'Do')
  do({ id }: { id: number }): Promise<{ id: number }> {
    begun.push(id);
    return new Promise((resolve) => ends.set(id, () => resolve({ id })));
  }
}

@Module({ controllers: [WorkController] })
class WorkModule {}

it('R40 A gRPC call in work at a drain is answered, whatever else ends meanwhile.', async () => {
  const url = `127.0.0.1:${await freePort()}`;
  const app = await NestFactory.createMicroservice(WorkModule, {
    transport: Transport.GRPC,
    options: { package: 'work', protoPath, url },
    logger: false,
  });
  const services = new Microservices(app);
  await app.listen();
  const packages = loadPackageDefinition(loadSync(protoPath));
  const { Work } = packages['work'] as unknown as { Work: ServiceClientConstructor };
  const client = new Work(url, credentials.createInsecure());
  onTestFinished(() => client.close());
  const call = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      client['Do']?.({ id }, (error: Error | null, result: unknown) => {
        if (error === null) resolve(result);
        else reject(error);
      });
    });
  const [long, short] = [call(1), call(2)];
  await until('both calls', () => begun.length === 2);
  let isDrained = false;
  const drained = services.drain(60_000).then(() => (isDrained = true));
  ends.get(2)?.();
  expect(await short).toEqual({ id: 2 });
  expect(isDrained).toBe(false);
  ends.get(1)?.();
  expect(await long).toEqual({ id: 1 });
  await drained;
  await app.close();
});
