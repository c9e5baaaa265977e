import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { GroupMetrics } from './group-metrics.ts';
import { scrapeTimeoutMs } from './scrape-timeout.ts';

@Controller()
export class MetricsController {
  readonly #metrics: GroupMetrics;

  constructor(@Inject(GroupMetrics) metrics: GroupMetrics) {
    this.#metrics = metrics;
  }

  /** Metrics for Prometheus. A silent worker keeps its last figures. */
  @Get('metrics')
  async metrics(
    @Res() reply: FastifyReply,
    @Headers('accept') accept?: string,
    @Headers('x-prometheus-scrape-timeout-seconds') allowedSeconds?: string,
  ): Promise<void> {
    const { contentType, body } = await this.#metrics.page(accept, scrapeTimeoutMs(allowedSeconds));
    void reply.type(contentType).send(body);
  }
}
