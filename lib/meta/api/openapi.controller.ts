import { fileURLToPath } from 'node:url';

import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { serviceOf } from '../../common/files/package-file.ts';
import { suffices } from '../access.ts';
import { OperationsBoard } from '../operations/operations-board.ts';
import { sendJson, visitorOf } from '../requests.ts';
import { Site } from '../site.ts';
import { openApi } from './openapi.ts';
import { readQuery } from './parameter.ts';

/** Serves the description of the JSON, as far as a visitor may use it. */
@Controller()
export class OpenApiController {
  readonly #site: Site;
  readonly #board: OperationsBoard;
  readonly #version = serviceOf(fileURLToPath(new URL('.', import.meta.url))).version;

  constructor(@Inject(Site) site: Site, @Inject(OperationsBoard) board: OperationsBoard) {
    this.#site = site;
    this.#board = board;
  }

  @Get('api/v1/openapi.json')
  async describe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    readQuery({}, request.query);
    const { access } = visitorOf(request);
    const operations = await this.#board.available();
    sendJson(
      reply,
      openApi({
        title: this.#site.brand,
        version: this.#version,
        pages: this.#site.pages.filter((page) => suffices(access, page.access)),
        operations: operations.filter((operation) => suffices(access, operation.access)),
      }),
    );
  }
}
