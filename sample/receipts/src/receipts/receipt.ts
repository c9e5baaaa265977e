import { randomUUID } from 'node:crypto';

import { z } from 'zod';

/** What a client sends to have a receipt stored. Amounts are in the currency's smallest unit. */
export const newReceiptSchema = z.strictObject({
  merchant: z.string().trim().min(1).max(200),
  currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters, as ISO 4217 has them'),
  items: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(200),
        quantity: z.int().min(1).max(10_000),
        unitAmount: z.int().min(0).max(100_000_000),
      }),
    )
    .min(1)
    .max(500),
});

export type NewReceipt = z.infer<typeof newReceiptSchema>;

export interface Receipt extends NewReceipt {
  id: string;
  totalAmount: number;
  /** ISO 8601. */
  createdAt: string;
}

/** The sum of a receipt's items. */
function totalAmount({ items }: Pick<NewReceipt, 'items'>): number {
  return items.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount, 0);
}

/** What is stored of what a client sent. */
export function newReceipt(given: NewReceipt): Receipt {
  return {
    id: randomUUID(),
    ...given,
    totalAmount: totalAmount(given),
    createdAt: new Date().toISOString(),
  };
}
