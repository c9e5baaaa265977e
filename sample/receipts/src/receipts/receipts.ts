import type { NewReceipt, Receipt } from './receipt.ts';

/** What a page tells of all receipts. */
export interface ReceiptsSummary {
  stored: number;
  /** The ten with the highest totals. */
  largest: Receipt[];
}

/** Where receipts are stored. */
export interface Receipts {
  add(given: NewReceipt): Promise<Receipt>;
  find(id: string): Promise<Receipt | undefined>;
  summary(): Promise<ReceiptsSummary>;
  /** Rejects while nothing can be stored. */
  check(): Promise<void>;
}

/** Injects the one that the settings choose. */
export const RECEIPTS = Symbol('receipts');
