import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentContext, Priority, type RequestContext } from 'nestjs-buttress';

import { type NewReceipt, newReceiptSchema, type Receipt } from './receipt.ts';
import { ReceiptsImporter, type ReceiptsSummary } from './receipts.importer.ts';
import { type Converted, ReceiptsService } from './receipts.service.ts';
import { ReceiptsStatistics } from './receipts.statistics.ts';

@Controller('receipts')
export class ReceiptsController {
  constructor(
    private readonly receipts: ReceiptsService,
    private readonly statistics: ReceiptsStatistics,
    private readonly importer: ReceiptsImporter,
  ) {}

  /** A receipt that is not stored is lost; one that is not read now is read later. */
  @Post()
  @Priority('high')
  async create(
    @Body({ schema: newReceiptSchema }) given: NewReceipt,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentContext() context: RequestContext,
  ): Promise<Receipt> {
    const receipt = await this.receipts.add(given);
    this.statistics.stored(receipt);
    // Stands in the record that the request leaves in the log.
    context.note('receiptId', receipt.id);
    reply.header('location', `/receipts/${receipt.id}`);
    return receipt;
  }

  /** A file of receipts, as text/csv: how many there are, and what they come to. */
  @Post('summary')
  @HttpCode(200)
  @Priority('sheddable')
  summarize(@Body() csv: Buffer): Promise<ReceiptsSummary> {
    return this.importer.summarize(csv);
  }

  @Get(':id')
  async read(@Param('id') id: string): Promise<Receipt> {
    const receipt = await this.receipts.find(id);
    if (receipt === undefined) throw new NotFoundException(`There is no receipt ${id}`);
    return receipt;
  }

  /** What it comes to in another currency, by the service `rates`. */
  @Get(':id/in/:currency')
  async convert(@Param('id') id: string, @Param('currency') currency: string): Promise<Converted> {
    return this.receipts.convert(await this.read(id), currency);
  }
}
