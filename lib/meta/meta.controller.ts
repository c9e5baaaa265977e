import { Controller, Get, Header, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import type { Envelope, WorkerRow } from './envelope.ts';
import { GroupReports } from './group-reports.provider.ts';
import { groupPage, STYLE } from './page.ts';

const NO_STORE = 'no-store';

const ENDPOINTS = [
  '/api/v1/workers',
  '/api/v1/accept-queue',
  '/api/v1/admission',
  '/api/v1/threads',
  '/api/v1/stats',
  '/api/v1/logs',
  '/api/v1/errors',
  '/api/v1/log-levels',
  '/api/v1/config',
  '/metrics',
  '/livez',
  '/readyz',
];

/** The pages of the secondary listener and their JSON. */
@Controller()
export class MetaController {
  readonly #reports: GroupReports;

  constructor(@Inject(GroupReports) reports: GroupReports) {
    this.#reports = reports;
  }

  /** The loop that accepts connections turns: this request came through it. */
  @Get('livez')
  @Header('cache-control', NO_STORE)
  live(): string {
    return 'ok\n';
  }

  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const isReady = await this.#reports.isReady();
    void reply
      .code(isReady ? 200 : 503)
      .header('cache-control', NO_STORE)
      .type('text/plain')
      .send(isReady ? 'ok\n' : 'not ready\n');
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', NO_STORE)
  @Header(
    'content-security-policy',
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  )
  @Header('x-content-type-options', 'nosniff')
  async page(): Promise<string> {
    const [workers, queues] = await Promise.all([
      this.#reports.workers(),
      this.#reports.acceptQueue(),
    ]);
    return groupPage(workers, queues);
  }

  @Get('style.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  @Get('api/v1')
  index(): { endpoints: string[] } {
    return { endpoints: ENDPOINTS };
  }

  /** @param worker the id of one worker, or `all` */
  @Get(['api/v1/workers', 'workers.json'])
  @Header('cache-control', NO_STORE)
  async workers(@Query('worker') worker = 'all'): Promise<Envelope<WorkerRow[]>> {
    const all = await this.#reports.workers();
    if (worker === 'all') return all;
    return { ...all, data: all.data.filter(({ id }) => String(id) === worker) };
  }

  @Get(['api/v1/accept-queue', 'accept-queue.json'])
  @Header('cache-control', NO_STORE)
  acceptQueue(): Promise<Envelope<object[]>> {
    return this.#reports.acceptQueue();
  }
}
