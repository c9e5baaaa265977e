import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

import { MIB } from '../mib.ts';
import { SEMI_SPACES, semiSpacesOf } from './semi-space.ts';

/** Inputs of the limit. */
export interface HeapFacts {
  /** Limit of the whole heap as reported by V8. */
  limitBytes: number;
  /** V8 version. */
  v8: string;
  /** Process flags; later ones override earlier ones. */
  flags: readonly string[];
}

/** Heap spaces outside the old generation. */
const NOT_OLD: ReadonlySet<string> = new Set([
  'read_only_space',
  'new_space',
  'new_large_object_space',
]);

/**
 * Limit of the old generation in bytes. Beyond it the process dies, however much room the young
 * generation has; V8 reports only the sum of both.
 */
export function oldGenerationLimit({ limitBytes, v8, flags }: HeapFacts): number {
  const explicit = lastValue(flags, 'max-old-space-size');
  if (explicit !== undefined && explicit > 0) return explicit * MIB;
  const { maxMib, ratio } = semiSpacesOf(v8);
  const semiMib = lastValue(flags, 'max-semi-space-size');
  const isPercentage = lastValue(flags, 'max-old-space-size-percentage') !== undefined;
  const young = SEMI_SPACES * (semiMib ?? maxMib) * MIB;
  // V8 scales both generations with the machine's memory.
  const scaled = (limitBytes * SEMI_SPACES * ratio) / (1 + SEMI_SPACES * ratio);
  const isScaled = semiMib === undefined && !isPercentage;
  return Math.max(limitBytes - (isScaled ? Math.min(young, scaled) : young), limitBytes / 2);
}

/** Old generation limit of this process. */
export function ownOldGenerationLimit(): number {
  return oldGenerationLimit({
    limitBytes: getHeapStatistics().heap_size_limit,
    v8: process.versions.v8,
    flags: [...(process.env['NODE_OPTIONS']?.split(/\s+/) ?? []), ...process.execArgv],
  });
}

/** Bytes in the old generation of this thread, garbage included. */
export function oldGenerationUsed(): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (!NOT_OLD.has(name)) bytes += used;
  }
  return bytes;
}

/** Value of a V8 flag; V8 accepts underscores as dashes. */
function lastValue(flags: readonly string[], name: string): number | undefined {
  const prefix = `--${name}=`;
  const values = flags.map((flag) => flag.replaceAll('_', '-'));
  const last = values.findLast((flag) => flag.startsWith(prefix));
  const value = last === undefined ? NaN : Number.parseFloat(last.slice(prefix.length));
  return Number.isFinite(value) ? value : undefined;
}
