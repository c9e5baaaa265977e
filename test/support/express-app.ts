import type { AddressInfo } from 'node:net';

import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { onTestFinished } from 'vitest';

/** A real application on Express that listens on a port of its own, until the test ends. */
export interface ExpressApp {
  app: NestExpressApplication;
  port: number;
  /** What was logged from level `warn` on, the class that said it first. */
  complaints: string[];
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

/** As a project of the Nest CLI makes it in its own tests: no adapter is named. */
export async function startExpress(
  metadata: ModuleMetadata,
  prepare?: (app: NestExpressApplication) => void,
): Promise<ExpressApp> {
  const complaints: string[] = [];
  const logger = listening(complaints);
  const module = await Test.createTestingModule(metadata).setLogger(logger).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger });
  prepare?.(app);
  await app.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    const closing = app.close();
    app.getHttpServer().closeAllConnections();
    await closing;
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    port,
    complaints,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
  };
}

function listening(complaints: string[]): LoggerService {
  const note = (message: unknown, ...rest: unknown[]): void => {
    complaints.push(`${String(rest.at(-1))}: ${String(message)}`);
  };
  return { log: () => undefined, warn: note, error: note, fatal: note };
}
