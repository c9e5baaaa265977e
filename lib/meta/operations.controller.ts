import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { demand } from './guard.ts';
import { NotFoundError } from './meta.errors.ts';
import { Artifacts } from './operations/artifacts.ts';
import type { OperationRun } from './operations/operation.ts';
import { OperationsBoard } from './operations/operations-board.ts';
import { visitorOf } from './requests.ts';

/** Starts and cancels operations, by JSON and by our forms; serves their files. */
@Controller()
export class OperationsController {
  readonly #board: OperationsBoard;
  readonly #artifacts: Artifacts;

  constructor(
    @Inject(OperationsBoard) board: OperationsBoard,
    @Inject(Artifacts) artifacts: Artifacts,
  ) {
    this.#board = board;
    this.#artifacts = artifacts;
  }

  @Post('api/v1/operations/:name')
  async start(
    @Param('name') name: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const run = await this.#board.start(name, body, visitorOf(request));
    const href = `/api/v1/operations/${run.id}`;
    void reply.code(202).header('location', href).type('application/json; charset=utf-8');
    void reply.send(JSON.stringify({ ...run, href }));
  }

  @Delete('api/v1/operations/:id')
  @HttpCode(200)
  cancel(@Param('id') id: string, @Req() request: FastifyRequest): OperationRun {
    return this.#board.cancel(id, visitorOf(request));
  }

  @Post('operations/:name')
  async startByForm(
    @Param('name') name: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const run = await this.#board.start(name, body, visitorOf(request));
    seeOther(reply, run.id);
  }

  @Post('operations/:id/cancel')
  cancelByForm(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    this.#board.cancel(id, visitorOf(request));
    seeOther(reply, id);
  }

  @Get('api/v1/artifacts/:id')
  artifact(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    const artifact = this.#artifacts.find(id);
    const content = this.#artifacts.open(id);
    if (artifact === undefined || content === undefined) {
      throw new NotFoundError('There is no such file, or its time is over');
    }
    demand(visitorOf(request), artifact.access);
    void reply
      .type(artifact.type)
      .header('content-disposition', `attachment; filename="${artifact.name}"`)
      .header('content-length', artifact.bytes)
      .send(content);
  }
}

/** Redirects, so that reloading the page starts nothing again. */
function seeOther(reply: FastifyReply, id: string): void {
  void reply.code(303).header('location', `/operations/${id}`).send('');
}
