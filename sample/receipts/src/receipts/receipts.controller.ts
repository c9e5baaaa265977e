import { Body, Controller, Get, NotFoundException, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { type NewReceipt, newReceiptSchema, type Receipt } from './receipt.ts';
import { ReceiptsStore } from './receipts.store.ts';

@Controller('receipts')
export class ReceiptsController {
  constructor(private readonly store: ReceiptsStore) {}

  @Post()
  create(
    @Body({ schema: newReceiptSchema }) given: NewReceipt,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Receipt {
    const receipt = this.store.add(given);
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
