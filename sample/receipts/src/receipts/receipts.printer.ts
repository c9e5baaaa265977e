import { buffer } from 'node:stream/consumers';

import { Injectable } from '@nestjs/common';
import { CpuBound, transferResult } from 'nestjs-buttress/threads';
// oxlint-disable-next-line import/no-named-as-default -- the only name that its types know
import PDFDocument from 'pdfkit';

import type { Receipt } from './receipt.ts';

const SMALL = 10;
const LARGE = 18;

/** Receipts on paper: layout and fonts cost the processor so much that others would wait. */
@Injectable()
export class ReceiptsPrinter {
  @CpuBound()
  async print(receipt: Receipt): Promise<Buffer> {
    const document = new PDFDocument({ size: 'A5', info: { Title: `Receipt ${receipt.id}` } });
    const pdf = buffer(document);
    document.fontSize(LARGE).text(receipt.merchant).moveDown();
    document.fontSize(SMALL);
    for (const { name, quantity, unitAmount } of receipt.items) {
      document.text(`${quantity} x ${name}`, { continued: true });
      document.text(amount(quantity * unitAmount, receipt.currency), { align: 'right' });
    }
    document.moveDown().fontSize(LARGE);
    document.text(amount(receipt.totalAmount, receipt.currency), { align: 'right' });
    document.end();
    const bytes = await pdf;
    // Nobody needs it here any more, so it need not be copied.
    return transferResult(bytes, [bytes.buffer]);
  }
}

function amount(units: number, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const { maximumFractionDigits: digits = 2 } = format.resolvedOptions();
  return format.format(units / 10 ** digits);
}
