import { Controller, Get, Header, Headers, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { mergeStats } from '../stats/merge.ts';
import { metricsPage, type MetricsReport } from '../stats/prometheus-page.ts';
import type { StatSnapshot } from '../stats/snapshot.ts';
import type { Envelope } from './envelope.ts';
import { GroupReports } from './group-reports.provider.ts';
import { NotFoundError } from './meta.errors.ts';

/** Time that the workers have while a scraper waits, in milliseconds. */
const SCRAPE_TIMEOUT_MS = 2_000;

/** Of what a scraper allows, so much is left for putting the page together, in milliseconds. */
const SCRAPE_MARGIN_MS = 500;

/** The statistics of all workers as one. */
@Controller()
export class StatsController {
  readonly #reports: GroupReports;

  constructor(@Inject(GroupReports) reports: GroupReports) {
    this.#reports = reports;
  }

  @Get(['api/v1/stats', 'stats.json'])
  @Header('cache-control', 'no-store')
  async stats(): Promise<Envelope<StatSnapshot[]>> {
    const { data, ...about } = await this.#reports.gather('stats');
    return { ...about, data: mergeStats(data.map(({ value }) => value as StatSnapshot[])) };
  }

  @Get('api/v1/stats/:name')
  @Header('cache-control', 'no-store')
  async statistic(@Param('name') name: string): Promise<Envelope<StatSnapshot>> {
    const { data, ...about } = await this.stats();
    const found = data.find((one) => one.name === name);
    if (found === undefined) throw new NotFoundError(`There is no statistic "${name}"`);
    return { ...about, data: found };
  }

  /** For Prometheus. A silent worker leaves the page partial, never failed or late. */
  @Get('metrics')
  async metrics(
    @Res() reply: FastifyReply,
    @Headers('accept') accept?: string,
    @Headers('x-prometheus-scrape-timeout-seconds') allowedSeconds?: string,
  ): Promise<void> {
    const { data } = await this.#reports.gather('metrics', timeoutOf(allowedSeconds));
    const { contentType, body } = await metricsPage(
      data.map(({ value }) => value as MetricsReport),
      accept,
    );
    void reply.header('cache-control', 'no-store').type(contentType).send(body);
  }
}

function timeoutOf(allowedSeconds: string | undefined): number {
  const allowedMs = Number(allowedSeconds ?? NaN) * 1_000 - SCRAPE_MARGIN_MS;
  return allowedMs > 0 ? Math.min(SCRAPE_TIMEOUT_MS, allowedMs) : SCRAPE_TIMEOUT_MS;
}
