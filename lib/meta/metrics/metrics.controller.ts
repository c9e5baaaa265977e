import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { GroupMetrics } from './group-metrics.ts';

/** Time limit for the workers during a scrape. */
const SCRAPE_TIMEOUT_MS = 500;

/** Part of the scraper's time limit that is left for rendering. */
const SCRAPE_MARGIN_MS = 500;

@Controller()
export class MetricsController {
  readonly #metrics: GroupMetrics;

  constructor(@Inject(GroupMetrics) metrics: GroupMetrics) {
    this.#metrics = metrics;
  }

  /** Metrics for Prometheus. A silent worker tells what it told last. */
  @Get('metrics')
  async metrics(
    @Res() reply: FastifyReply,
    @Headers('accept') accept?: string,
    @Headers('x-prometheus-scrape-timeout-seconds') allowedSeconds?: string,
  ): Promise<void> {
    const { contentType, body } = await this.#metrics.page(accept, timeoutOf(allowedSeconds));
    void reply.type(contentType).send(body);
  }
}

function timeoutOf(allowedSeconds: string | undefined): number {
  const allowedMs = Number(allowedSeconds ?? NaN) * 1_000 - SCRAPE_MARGIN_MS;
  return allowedMs > 0 ? Math.min(SCRAPE_TIMEOUT_MS, allowedMs) : SCRAPE_TIMEOUT_MS;
}
