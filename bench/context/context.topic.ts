import { fileURLToPath } from 'node:url';

import { compareCpu } from '../support/cpu-comparison.ts';
import type { TargetSpec } from '../support/target.ts';
import type { Topic } from '../support/topic.ts';

function target(name: string): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
  return { name, main, workers: 1 };
}

const ABOUT = {
  topic: 'context',
  metric: 'cpu-per-request',
  ours: target('buttress'),
  path: '/id',
} as const;

/** What it costs to know the request five providers deep. */
export const context: Topic = {
  name: 'context',
  run: async (bench) => {
    await compareCpu(bench, {
      ...ABOUT,
      peers: [{ spec: target('raw-als'), bar: { kind: 'at-most', limit: 1.1 } }],
      load: { kind: 'open', rate: 4_000 },
    });
    await compareCpu(bench, {
      ...ABOUT,
      peers: [
        { spec: target('nestjs-cls'), bar: { kind: 'at-most', limit: 0.7 } },
        { spec: target('request-scope'), bar: { kind: 'at-most', limit: 0.4 } },
      ],
      load: { kind: 'closed' },
    });
  },
};
