import { serialize } from 'node:v8';

const KB = 1_024;
const MB = KB * KB;

/** What is sent, by the name of its row. */
export const PAYLOADS = {
  'buffer-1k': Buffer.alloc(KB, 7),
  'buffer-100k': Buffer.alloc(100 * KB, 7),
  'buffer-10m': Buffer.alloc(10 * MB, 7),
  'dto-1k': plainObjects(KB),
  'dto-100k': plainObjects(100 * KB),
} as const satisfies Record<string, unknown>;

export type PayloadName = keyof typeof PAYLOADS;

export const MOVED_BYTES = 10 * MB;

/** Rows as a database gives them, so many that their copy takes about `bytes`. */
function plainObjects(bytes: number): object[] {
  const perObject = serialize(plainObject(0)).byteLength;
  return Array.from({ length: Math.ceil(bytes / perObject) }, (_, id) => plainObject(id));
}

function plainObject(id: number): object {
  return { id, name: `Item ${id}`, price: id + 0.99, isActive: true, tags: ['new', 'blue'] };
}
