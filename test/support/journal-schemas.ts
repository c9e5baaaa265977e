import { z } from 'zod';

import { count, orNull } from './meta-shapes.ts';

/** Entry of `journal`. */
export const journalEntry = z.strictObject({
  at: z.iso.datetime(),
  kind: z.enum([
    'start',
    'exit',
    'block',
    'shed',
    'recycling',
    'reload',
    'scaling',
    'operation',
    'incident',
  ]),
  slot: orNull(count),
  worker: orNull(count),
  text: z.string(),
  href: z.string(),
});

const change = z.strictObject({
  at: z.iso.datetime(),
  from: count,
  to: count,
  cause: z.string(),
  reason: z.string(),
  by: orNull(z.string()),
});

/** Data of `scaling`. */
export const scaling = z.strictObject({
  wanted: count,
  min: count,
  max: count,
  follows: z.enum(['load', 'configuration', 'order']),
  heldBy: orNull(z.string()),
  history: z.array(change),
});
