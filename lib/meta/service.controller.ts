import { Body, Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { thrownMessage } from '../common/errors/to-error.ts';
import { thisMachine } from '../common/options/machine.ts';
import { levelChangeOptions } from '../logging/level-change.options.ts';
import { suffices } from './access.ts';
import { readQuery } from './api/parameter.ts';
import { Assets } from './assets.ts';
import { Audit } from './audit.ts';
import { isPartial, type WorkerOutcome } from './envelope.ts';
import { GroupReports } from './group-reports.provider.ts';
import { NotFoundError, QueryError } from './meta.errors.ts';
import { keepChange } from './operations/keep-change.ts';
import { sendJson, visitorOf } from './requests.ts';
import { type IndexEntry, Site } from './site.ts';

/** Routes that are no pages: probes, index, assets, log levels. */
@Controller()
export class ServiceController {
  readonly #site: Site;
  readonly #assets: Assets;
  readonly #audit: Audit;
  readonly #reports: GroupReports;

  constructor(
    @Inject(Site) site: Site,
    @Inject(Assets) assets: Assets,
    @Inject(Audit) audit: Audit,
    @Inject(GroupReports) reports: GroupReports,
  ) {
    this.#site = site;
    this.#assets = assets;
    this.#audit = audit;
    this.#reports = reports;
  }

  /** Liveness of the accepting loop: this request has passed through it. */
  @Get('livez')
  live(@Res() reply: FastifyReply): void {
    void reply.type('text/plain').send('ok\n');
  }

  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const isReady = await this.#reports.isReady();
    void reply
      .code(isReady ? 200 : 503)
      .type('text/plain')
      .send(isReady ? 'ok\n' : 'not ready\n');
  }

  /** Lists all resources with their methods and required access. */
  @Get('api/v1')
  index(@Req() request: FastifyRequest): { links: IndexEntry[] } {
    readQuery({}, request.query);
    const { access } = visitorOf(request);
    const links = this.#site.pages
      .filter((page) => suffices(access, page.access))
      .flatMap((page): IndexEntry[] => {
        const own = { methods: ['GET'], access: page.access, title: page.title };
        const entry = { ...own, href: `/api/v1/${page.name}` };
        if (page.item === undefined) return [entry];
        return [entry, { ...own, href: `/api/v1/${page.name}/{name}` }];
      });
    return { links: [...links, ...OTHER_LINKS] };
  }

  @Get('assets/:hash/:file')
  asset(
    @Param() { hash = '', file = '' }: { hash?: string; file?: string },
    @Res() reply: FastifyReply,
  ): void {
    const asset = this.#assets.find(hash, file);
    if (asset === undefined) throw new NotFoundError('There is no such file');
    void reply
      .type(asset.type)
      .header('cache-control', 'private, max-age=31536000, immutable')
      .send(asset.body);
  }

  /**
   * Overrides the level of a logger context in every worker for a while:
   * `{ "context": "ReceiptsService", "level": "debug", "ttlMs": 60000 }`. `*` means all contexts,
   * a level of null ends the override. Answers 207 when only some workers did it.
   */
  @Post('api/v1/log-levels')
  async setLevel(
    @Body() change: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { reports } = this.#site.sources;
    this.#audit.admit();
    const by = visitorOf(request).name;
    let outcomes: readonly WorkerOutcome[] = [];
    const changed = await this.#audit.watch(
      {
        by,
        what: 'log-levels',
        input: change,
        isPartial: () => isPartial(outcomes),
      },
      async () => (await reports.gather('log-levels')).data,
      async () => {
        checkLevelChange(change);
        const done = await reports.run('log-levels', change);
        ({ outcomes } = done);
        await keepChange(reports, { name: 'log-levels', input: change, by, answers: done.data });
        return done;
      },
    );
    void reply.code(isPartial(outcomes) ? MULTI_STATUS : 200);
    sendJson(reply, changed);
  }
}

/** Status of a change that only some workers carried out. */
const MULTI_STATUS = 207;

/** Refuses what every worker would refuse. @throws QueryError */
function checkLevelChange(change: unknown): void {
  try {
    levelChangeOptions.check('', change, thisMachine());
  } catch (error) {
    throw new QueryError(thrownMessage(error));
  }
}

const OTHER_LINKS: readonly IndexEntry[] = [
  ['/api/v1/openapi.json', 'GET', 'read', 'OpenAPI 3.1 description of all these'],
  ['/api/v1/log-levels', 'POST', 'operate', 'Sets log levels for a while'],
  ['/api/v1/operations/{name}', 'POST', 'operate', 'Starts an operation'],
  ['/api/v1/operations/{id}', 'DELETE', 'operate', 'Cancels an operation'],
  ['/api/v1/artifacts/{id}', 'GET', 'operate', 'A file that an operation left'],
  ['/metrics', 'GET', 'read', 'Metrics for Prometheus'],
  ['/livez', 'GET', 'none', 'Liveness'],
  ['/readyz', 'GET', 'none', 'Readiness'],
].map(([href = '', method = '', access = '', title = '']) => {
  return { href, methods: [method], access, title };
});
