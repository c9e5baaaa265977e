import { Body, Controller, Get, Header, Headers, HttpCode, Inject, Post } from '@nestjs/common';

import type { Envelope } from './envelope.ts';
import { GroupReports, type WorkerAnswer } from './group-reports.provider.ts';
import { ForeignRequestError } from './meta.errors.ts';

/** What the workers report one by one: records, errors, levels, configuration, admission, threads. */
@Controller()
export class RecordsController {
  readonly #reports: GroupReports;

  constructor(@Inject(GroupReports) reports: GroupReports) {
    this.#reports = reports;
  }

  /** The latest records of each worker. */
  @Get(['api/v1/logs', 'logs.json'])
  @Header('cache-control', 'no-store')
  logs(): Promise<Envelope<WorkerAnswer[]>> {
    return this.#reports.gather('logs');
  }

  /** The latest errors of each worker, those of the same kind counted. */
  @Get(['api/v1/errors', 'errors.json'])
  @Header('cache-control', 'no-store')
  errors(): Promise<Envelope<WorkerAnswer[]>> {
    return this.#reports.gather('errors');
  }

  /** What each worker was told, and by whom. */
  @Get(['api/v1/config', 'config.json'])
  @Header('cache-control', 'no-store')
  config(): Promise<Envelope<WorkerAnswer[]>> {
    return this.#reports.gather('config');
  }

  /** Limits, queues and refusals of each worker, now and over the last minutes. */
  @Get(['api/v1/admission', 'admission.json'])
  @Header('cache-control', 'no-store')
  admission(): Promise<Envelope<WorkerAnswer[]>> {
    return this.#reports.gather('admission');
  }

  /** Thread pools, decorated methods and what offloading them is worth, of each worker. */
  @Get(['api/v1/threads', 'threads.json'])
  @Header('cache-control', 'no-store')
  threads(): Promise<Envelope<WorkerAnswer[]>> {
    return this.#reports.gather('threads');
  }

  @Get(['api/v1/log-levels', 'log-levels.json'])
  @Header('cache-control', 'no-store')
  levels(): Promise<Envelope<WorkerAnswer[]>> {
    return this.#reports.gather('log-levels');
  }

  /**
   * Sets the level of a logger context in every worker for a while:
   * `{ "context": "ReceiptsService", "level": "debug", "ttlMs": 60000 }`. `*` means all contexts,
   * a level of null takes it back.
   */
  @Post('api/v1/log-levels')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  setLevel(
    @Body() change: unknown,
    @Headers('content-type') contentType?: string,
    @Headers('sec-fetch-site') site?: string,
  ): Promise<Envelope<WorkerAnswer[]>> {
    refuseForeign(contentType, site);
    return this.#reports.run('log-levels', change);
  }
}

/** A browser sends JSON to another site only after asking it; older ones don't say where from. */
function refuseForeign(contentType: string | undefined, site: string | undefined): void {
  if (contentType?.split(';', 1)[0]?.trim() !== 'application/json') {
    throw new ForeignRequestError('Changes are sent as application/json');
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new ForeignRequestError('Changes are not taken from pages of other sites');
  }
}
