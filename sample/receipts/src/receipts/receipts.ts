import type { NewReceipt, Receipt } from './receipt.ts';

/** Where receipts are stored. */
export interface Receipts {
  add(given: NewReceipt): Promise<Receipt>;
  find(id: string): Promise<Receipt | undefined>;
}

/** Injects the one that the settings choose. */
export const RECEIPTS = Symbol('receipts');
