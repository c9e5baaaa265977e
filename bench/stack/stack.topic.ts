import { fileURLToPath } from 'node:url';

import { compareCpu } from '../support/cpu-comparison.ts';
import type { TargetSpec } from '../support/target.ts';
import type { Topic } from '../support/topic.ts';
import { featureCosts } from './feature-costs.ts';

function target(name: string): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
  return { name, main, workers: 1 };
}

/**
 * A service that observes itself, with the usual pieces and with ours, then with ours one by one.
 * Three times the requests per CPU second are a third of the CPU time per request.
 */
export const stack: Topic = {
  name: 'stack',
  run: async (bench) => {
    await compareCpu(bench, {
      topic: 'stack',
      metric: 'cpu-per-request',
      ours: target('buttress'),
      peers: [{ spec: target('usual'), bar: { kind: 'at-most', limit: 1 / 3 } }],
      path: '/receipts/17',
      load: { kind: 'closed' },
    });
    await featureCosts(bench);
  },
};
