import { fileURLToPath } from 'node:url';

import { compareCpu } from '../support/cpu-comparison.ts';
import type { TargetSpec } from '../support/target.ts';
import type { Topic } from '../support/topic.ts';

function target(name: string): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
  return { name, main, workers: 1 };
}

/**
 * A service that observes itself, with the usual pieces and with ours. Twice the requests per CPU
 * second is half the CPU time per request.
 */
export const stack: Topic = {
  name: 'stack',
  run: (bench) =>
    compareCpu(bench, {
      topic: 'stack',
      metric: 'cpu-per-request',
      ours: target('buttress'),
      peers: [{ spec: target('usual'), bar: { kind: 'at-most', limit: 0.5 } }],
      path: '/receipts/17',
      load: { kind: 'closed' },
    }),
};
