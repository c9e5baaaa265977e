import { Controller, Get, Header, HttpCode, NotFoundException, Param, Post } from '@nestjs/common';

import { PrinterClient } from '../printing/printer.client.ts';
import { ReceiptsPrinter } from './receipts.printer.ts';
import { ReceiptsService } from './receipts.service.ts';

/** Receipts as documents. */
@Controller('receipts/:id')
export class ReceiptsPrintingController {
  constructor(
    private readonly receipts: ReceiptsService,
    private readonly printer: ReceiptsPrinter,
    private readonly paper: PrinterClient,
  ) {}

  @Get('pdf')
  @Header('content-type', 'application/pdf')
  async print(@Param('id') id: string): Promise<Buffer> {
    const receipt = await this.receipts.find(id);
    if (receipt === undefined) throw new NotFoundException(`There is no receipt ${id}`);
    return this.printer.print(receipt);
  }

  /** On paper, by the service `printer`. */
  @Post('print')
  @HttpCode(202)
  async printOnPaper(@Param('id') id: string): Promise<{ job: number }> {
    return { job: await this.paper.print(await this.print(id)) };
  }
}
