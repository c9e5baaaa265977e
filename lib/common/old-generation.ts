import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';

import { SEMI_SPACES, semiSpacesOf } from './semi-space.ts';

/** What its limit follows from. */
export interface HeapFacts {
  /** Of the whole heap, as V8 tells it, in bytes. */
  limitBytes: number;
  /** V8's version. */
  v8: string;
  /** Flags of the process, the later ones over the earlier ones. */
  flags: readonly string[];
}

const MIB = 1 << 20;

/** Kinds of spaces that are not in the old generation. */
const NOT_OLD: ReadonlySet<string> = new Set([
  'read_only_space',
  'new_space',
  'new_large_object_space',
]);

/**
 * How large the old generation may get, in bytes: what is beyond it ends the process, however
 * much room the young generation has. V8 tells only the limit of both together.
 */
export function oldGenerationLimit({ limitBytes, v8, flags }: HeapFacts): number {
  const explicit = lastValue(flags, 'max-old-space-size');
  if (explicit !== undefined && explicit > 0) return explicit * MIB;
  const { maxMib, ratio } = semiSpacesOf(v8);
  const semiMib = lastValue(flags, 'max-semi-space-size');
  const isPercentage = lastValue(flags, 'max-old-space-size-percentage') !== undefined;
  const young = SEMI_SPACES * (semiMib ?? maxMib) * MIB;
  // Of what the machine has, V8 gives both their parts.
  const scaled = (limitBytes * SEMI_SPACES * ratio) / (1 + SEMI_SPACES * ratio);
  const isScaled = semiMib === undefined && !isPercentage;
  return Math.max(limitBytes - (isScaled ? Math.min(young, scaled) : young), limitBytes / 2);
}

/** The same of this process. */
export function ownOldGenerationLimit(): number {
  return oldGenerationLimit({
    limitBytes: getHeapStatistics().heap_size_limit,
    v8: process.versions.v8,
    flags: [...(process.env['NODE_OPTIONS']?.split(/\s+/) ?? []), ...process.execArgv],
  });
}

/** What is in the old generation of this thread, in bytes, garbage included. */
export function oldGenerationUsed(): number {
  let bytes = 0;
  for (const { space_name: name, space_used_size: used } of getHeapSpaceStatistics()) {
    if (!NOT_OLD.has(name)) bytes += used;
  }
  return bytes;
}

/** V8 takes underscores for dashes. */
function lastValue(flags: readonly string[], name: string): number | undefined {
  const prefix = `--${name}=`;
  const values = flags.map((flag) => flag.replaceAll('_', '-'));
  const last = values.findLast((flag) => flag.startsWith(prefix));
  const value = last === undefined ? NaN : Number.parseFloat(last.slice(prefix.length));
  return Number.isFinite(value) ? value : undefined;
}
