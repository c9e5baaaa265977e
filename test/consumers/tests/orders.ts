import { threadId } from 'node:worker_threads';

import { Injectable, Module } from '@nestjs/common';
import { CpuBound } from 'nestjs-buttress';

/** Its total can't be copied to another thread. */
export interface Order {
  lines: { price: number; total?: () => number }[];
}

@Injectable()
export class Taxes {
  readonly rate = 2;
}

@Injectable()
export class Orders {
  constructor(private readonly taxes: Taxes) {}

  @CpuBound()
  async sum({ lines }: Order): Promise<{ sum: number; threadId: number }> {
    const sum = lines.reduce((before, { price }) => before + price * this.taxes.rate, 0);
    return { sum, threadId };
  }

  @CpuBound()
  async read(price: number): Promise<Order> {
    return { lines: [{ price, total: () => price * this.taxes.rate }] };
  }
}

@Module({ providers: [Taxes, Orders], exports: [Orders] })
export class OrdersModule {}
