import { Tinypool } from 'tinypool';

import type { Bytes } from './side.ts';

export function nothing(): void {}

export function echo(value: unknown): unknown {
  return value;
}

export function move(bytes: Bytes): unknown {
  return Tinypool.move(bytes);
}
