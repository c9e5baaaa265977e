import { Inject, Injectable } from '@nestjs/common';
import { type MetaContent, MetaPage, ReadinessCheck } from 'nestjs-buttress';
import { html } from 'nestjs-buttress/meta';

import { RECEIPTS, type Receipts } from './receipts.ts';

/** What the second port shows of receipts, and when the service is ready for them. */
@Injectable()
export class ReceiptsPages {
  readonly #receipts: Receipts;

  constructor(@Inject(RECEIPTS) receipts: Receipts) {
    this.#receipts = receipts;
  }

  @MetaPage({
    path: 'receipts',
    title: 'Receipts',
    about: 'What is stored, the largest first',
    isShared: true,
  })
  async receipts(): Promise<MetaContent> {
    const { stored, largest } = await this.#receipts.summary();
    const rows = largest.map(({ id, merchant, currency, totalAmount }) => {
      return { id, merchant, total: `${(totalAmount / 100).toFixed(2)} ${currency}` };
    });
    return [
      { kind: 'facts', values: { stored } },
      { kind: 'table', title: 'Largest', rows },
      html`<p>
        ${stored === 0 ? 'Nothing is stored yet.' : 'Amounts are in units of their currency.'}
      </p>`,
    ];
  }

  @ReadinessCheck({ name: 'database', timeoutMs: 400, cacheMs: 2_000 })
  async database(): Promise<void> {
    await this.#receipts.check();
  }
}
