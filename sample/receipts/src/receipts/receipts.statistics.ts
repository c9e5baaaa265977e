import { Injectable } from '@nestjs/common';
import { Stats } from 'nestjs-buttress';
import type { Distribution, StreamSketch } from 'nestjs-buttress/stats';

import type { Receipt } from './receipt.ts';

/** What the service counts of its own: found once, recorded often. */
@Injectable()
export class ReceiptsStatistics {
  readonly #items: Distribution;
  readonly #merchants: StreamSketch;

  constructor(stats: Stats) {
    this.#items = stats.value('receipts.items', { help: 'Items on a receipt' });
    this.#merchants = stats.sketch('receipts.merchants', { help: 'Merchants of receipts' });
  }

  stored({ items, merchant }: Receipt): void {
    this.#items.record(items.length);
    this.#merchants.add(merchant);
  }
}
