import { readFileSync } from 'node:fs';

/** Fails while it is imported. */
export const MODEL = readFileSync(new URL('./model.bin', import.meta.url));
