import { BadRequestException, Injectable } from '@nestjs/common';
import { CsvError, parse } from 'csv-parse/sync';
import { CpuBoundIf, ThreadScope } from 'nestjs-buttress/threads';

/** What is told of a file of receipts. Amounts are in the currency's smallest unit. */
export interface ReceiptsSummary {
  receipts: number;
  merchants: number;
  totals: Record<string, number>;
}

interface Row {
  merchant: string;
  currency: string;
  totalAmount: string;
}

/** Files up to this size, in bytes, are read faster than they are sent to a thread and back. */
const SMALL = 16 * 1024;

/** Rows between two checks of the deadline. */
const LOOK_EVERY = 1_000;

/** Reads large files. Only the summary comes back: copying all rows would cost as much again. */
@Injectable()
export class ReceiptsImporter {
  constructor(private readonly scope: ThreadScope) {}

  /** @throws BadRequestException when it is no such file */
  @CpuBoundIf((csv: Buffer) => csv.length > SMALL, {
    transfer: (csv: Buffer) => [csv.buffer as ArrayBuffer],
  })
  async summarize(csv: Buffer): Promise<ReceiptsSummary> {
    const totals: Record<string, number> = {};
    const merchants = new Set<string>();
    const rows = read(csv);
    for (const [index, { merchant, currency, totalAmount }] of rows.entries()) {
      if (index % LOOK_EVERY === 0) this.scope.throwIfCancelled();
      merchants.add(merchant);
      totals[currency] = (totals[currency] ?? 0) + Number(totalAmount);
    }
    return { receipts: rows.length, merchants: merchants.size, totals };
  }
}

function read(csv: Buffer): readonly Row[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(csv, { columns: true, skip_empty_lines: true });
  } catch (error) {
    if (error instanceof CsvError) throw new BadRequestException(error.message);
    throw error;
  }
  const wrong = rows.findIndex((row) => !isRow(row));
  if (wrong < 0) return rows as unknown as Row[];
  throw new BadRequestException(
    `Row ${wrong + 1} needs merchant, currency and totalAmount, a whole number`,
  );
}

function isRow({ merchant, currency, totalAmount }: Partial<Row>): boolean {
  const isAmount = totalAmount !== undefined && Number.isInteger(Number(totalAmount));
  return isAmount && merchant !== undefined && /^[A-Z]{3}$/.test(currency ?? '');
}
