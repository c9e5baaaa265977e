import { Inject, Injectable, Optional } from '@nestjs/common';

import { type Rate, RatesClient } from '../rates/rates.client.ts';
import type { NewReceipt, Receipt } from './receipt.ts';
import { ReceiptsCache } from './receipts.cache.ts';
import { RECEIPTS, type Receipts } from './receipts.ts';

/** What a receipt comes to in another currency. */
export interface Converted {
  id: string;
  currency: string;
  totalAmount: number;
  rate: Rate;
}

/** Receipts, from a cache where there is one, and what they come to elsewhere. */
@Injectable()
export class ReceiptsService {
  readonly #receipts: Receipts;
  readonly #rates: RatesClient;
  readonly #cache: ReceiptsCache | undefined;

  constructor(
    @Inject(RECEIPTS) receipts: Receipts,
    rates: RatesClient,
    @Optional() @Inject(ReceiptsCache) cache: ReceiptsCache | undefined,
  ) {
    this.#receipts = receipts;
    this.#rates = rates;
    this.#cache = cache;
  }

  add(given: NewReceipt): Promise<Receipt> {
    return this.#receipts.add(given);
  }

  find(id: string): Promise<Receipt | undefined> {
    const find = (): Promise<Receipt | undefined> => this.#receipts.find(id);
    return this.#cache === undefined ? find() : this.#cache.read(id, find);
  }

  async convert({ id, currency, totalAmount }: Receipt, to: string): Promise<Converted> {
    const rate = await this.#rates.find(currency, to);
    return { id, currency: to, totalAmount: Math.round(totalAmount * rate.rate), rate };
  }
}
