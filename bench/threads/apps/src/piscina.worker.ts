import { Piscina } from 'piscina';

import type { Bytes } from './side.ts';

export function nothing(): void {}

export function echo(value: unknown): unknown {
  return value;
}

export function move(bytes: Bytes): unknown {
  return Piscina.move(bytes);
}
