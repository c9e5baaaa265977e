import { Body, Controller, Get, NotFoundException, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentContext, Priority, type RequestContext } from 'nestjs-buttress';

import { type NewReceipt, newReceiptSchema, type Receipt } from './receipt.ts';
import { ReceiptsStatistics } from './receipts.statistics.ts';
import { ReceiptsStore } from './receipts.store.ts';

@Controller('receipts')
export class ReceiptsController {
  constructor(
    private readonly store: ReceiptsStore,
    private readonly statistics: ReceiptsStatistics,
  ) {}

  /** A receipt that is not stored is lost; one that is not read now is read later. */
  @Post()
  @Priority('high')
  create(
    @Body({ schema: newReceiptSchema }) given: NewReceipt,
    @Res({ passthrough: true }) reply: FastifyReply,
    @CurrentContext() context: RequestContext,
  ): Receipt {
    const receipt = this.store.add(given);
    this.statistics.stored(receipt);
    // Stands in the record that the request leaves in the log.
    context.note('receiptId', receipt.id);
    reply.header('location', `/receipts/${receipt.id}`);
    return receipt;
  }

  @Get(':id')
  read(@Param('id') id: string): Receipt {
    const receipt = this.store.find(id);
    if (receipt === undefined) throw new NotFoundException(`There is no receipt ${id}`);
    return receipt;
  }
}
