import { finished } from 'node:stream';

import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { readQuery } from './api/parameter.ts';
import { streamFormatOf } from './negotiate.ts';
import {
  type LiveRecords,
  type Page,
  parametersOf,
  type Question,
  streamParametersOf,
} from './pages/page.ts';
import { sendJson, visitorOf, wishedOf, workerIdOf } from './requests.ts';
import { Site, type Target } from './site.ts';
import { STREAM_TYPES } from './streams/stream-event.ts';

const SUFFIX = '.json';

/** Serves all pages, as HTML and as JSON. */
@Controller()
export class PagesController {
  readonly #site: Site;

  constructor(@Inject(Site) site: Site) {
    this.#site = site;
  }

  @Get()
  home(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#answer(this.#site.find('overview'), request, reply);
  }

  @Get('api/v1/:page')
  data(
    @Param('page') name: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const target = this.#site.find(name);
    const { page } = target;
    const asksToFollow = Object.hasOwn(request.query ?? {}, 'follow');
    if (page.live === undefined || !asksToFollow) return this.#data(target, request, reply);
    return this.#follow(page, page.live, request, reply);
  }

  @Get('api/v1/:page/:item')
  itemData(
    @Param() { page = '', item = '' }: { page?: string; item?: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#data(this.#site.find(page, item), request, reply);
  }

  @Get(':page')
  page(
    @Param('page') page: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!page.endsWith(SUFFIX)) return this.#answer(this.#site.find(page), request, reply);
    return this.#data(this.#site.find(withoutSuffix(page)), request, reply);
  }

  @Get(':page/:item')
  item(
    @Param() { page = '', item = '' }: { page?: string; item?: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!item.endsWith(SUFFIX)) return this.#answer(this.#site.find(page, item), request, reply);
    return this.#data(this.#site.find(page, withoutSuffix(item)), request, reply);
  }

  async #answer(target: Target, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (wishedOf(request, false) === 'json') return this.#data(target, request, reply);
    const markup = await this.#site.markup(target, this.#questionOf(target, request));
    void reply.type('text/html; charset=utf-8').header('vary', 'accept').send(markup);
  }

  async #data(target: Target, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    sendJson(reply, await this.#site.data(target, this.#questionOf(target, request)));
  }

  async #follow(
    page: Page,
    live: LiveRecords,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const query = readQuery(streamParametersOf(live), request.query);
    const asked = { visitor: visitorOf(request), worker: workerIdOf(query), query };
    const format = streamFormatOf(request.headers.accept);
    const stream = await this.#site.follow(page, live, asked, format);
    // Fastify forgets the stream of a HEAD request; a client may be gone already.
    finished(reply.raw, () => stream.destroy());
    // Proxies such as nginx would hold events back.
    void reply.type(STREAM_TYPES[format]).headers({ vary: 'accept', 'x-accel-buffering': 'no' });
    void reply.send(stream);
  }

  /** @throws QueryError for a parameter that the page does not take */
  #questionOf({ page, item }: Target, request: FastifyRequest): Question {
    const query = readQuery(parametersOf(page, item !== undefined), request.query);
    return {
      ...this.#site.sources,
      visitor: visitorOf(request),
      traceUrl: this.#site.traceUrl,
      worker: workerIdOf(query),
      query,
    };
  }
}

function withoutSuffix(name: string): string {
  return name.slice(0, -SUFFIX.length);
}
