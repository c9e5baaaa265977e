import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Question } from './pages/page.ts';
import { queryOf, sendJson, visitorOf, wishedOf, workerOf } from './requests.ts';
import { Site, type Target } from './site.ts';

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
    @Param('page') page: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#data(this.#site.find(page), request, reply);
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
    const markup = await this.#site.markup(target, this.#questionOf(request));
    void reply.type('text/html; charset=utf-8').header('vary', 'accept').send(markup);
  }

  async #data(target: Target, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    sendJson(reply, await this.#site.load(target, this.#questionOf(request)));
  }

  #questionOf(request: FastifyRequest): Question {
    const query = queryOf(request);
    return {
      reports: this.#site.reports,
      history: this.#site.history,
      visitor: visitorOf(request),
      traceUrl: this.#site.traceUrl,
      worker: workerOf(query),
      query,
    };
  }
}

function withoutSuffix(name: string): string {
  return name.slice(0, -SUFFIX.length);
}
