import { readFile } from 'node:fs/promises';

import type { Artifacts } from './artifacts.ts';
import { hottest } from './hottest.ts';
import { type CpuProfile, mergeProfiles } from './merge-profiles.ts';
import type { Operation } from './operation.ts';
import { withoutProfiler } from './own-samples.ts';
import { takeProfiles } from './take-profiles.ts';
import { WORKER_OR_ALL_FIELD } from './worker-field.ts';

/** Takes CPU profiles of one worker or all, and reports the hottest functions and lines. */
export function cpuProfileOperation(artifacts: Artifacts): Operation {
  return {
    name: 'cpu-profile',
    title: 'CPU profile',
    summary: 'Functions and lines that take CPU time. Costs a few percent while it runs.',
    access: 'operate',
    guard: 'cpu-profile',
    fields: [
      { name: 'seconds', label: 'Seconds (1 to 60)', kind: 'number', preset: 10 },
      WORKER_OR_ALL_FIELD,
    ],
    async run(job) {
      const taken = await takeProfiles('profile.cpu', job);
      const profiles = await Promise.all(
        taken.map(async ({ worker, file }) => ({
          worker,
          profile: JSON.parse(await readFile(artifacts.pathOf(file), 'utf8')) as CpuProfile,
        })),
      );
      const merged = mergeProfiles(profiles.map(({ profile }) => withoutProfiler(profile)));
      await job.keep({
        name: 'merged.cpuprofile',
        type: 'application/json',
        access: 'operate',
        content: { text: JSON.stringify(merged) },
      });
      for (const { worker, file } of taken) {
        const name = `worker-${worker}.cpuprofile`;
        // oxlint-disable-next-line no-await-in-loop -- they are moved, one after another
        await job.keep({ name, type: 'application/json', access: 'operate', content: { file } });
      }
      return { workers: taken.map(({ worker }) => worker), ...(await hottest(merged)) };
    },
  };
}
