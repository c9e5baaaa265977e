import { readFile } from 'node:fs/promises';

import type { Artifacts } from './artifacts.ts';
import type { CallFrame } from './merge-profiles.ts';
import type { Operation } from './operation.ts';
import { takeProfiles } from './take-profiles.ts';
import { WORKER_OR_ALL_FIELD } from './worker-field.ts';

interface HeapNode {
  callFrame: CallFrame;
  selfSize: number;
  children: HeapNode[];
}

/** Function, with the bytes it allocated that were live at the end. */
interface Allocator {
  name: string;
  location: string;
  bytes: number;
}

const SHOWN = 30;

/** Samples allocations: cheap, and without contents of the heap, which may be secret. */
export function heapProfileOperation(artifacts: Artifacts): Operation {
  return {
    name: 'heap-profile',
    title: 'Sampling heap profile',
    summary: 'Functions whose allocations stay live. Cheap, and without contents of the heap.',
    access: 'operate',
    guard: 'heap-profile',
    fields: [
      { name: 'seconds', label: 'Seconds (1 to 60)', kind: 'number', preset: 10 },
      WORKER_OR_ALL_FIELD,
    ],
    async run(job) {
      const taken = await takeProfiles('profile.heap', job);
      const heads = await Promise.all(
        taken.map(async ({ file }) => {
          const text = await readFile(artifacts.pathOf(file), 'utf8');
          return (JSON.parse(text) as { head: HeapNode }).head;
        }),
      );
      for (const { worker, file } of taken) {
        const name = `worker-${worker}.heapprofile`;
        // oxlint-disable-next-line no-await-in-loop -- they are moved, one after another
        await job.keep({ name, type: 'application/json', access: 'operate', content: { file } });
      }
      return { workers: taken.map(({ worker }) => worker), allocators: largest(heads) };
    },
  };
}

function largest(heads: readonly HeapNode[]): Allocator[] {
  const found = new Map<string, Allocator>();
  const open = [...heads];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { functionName, url, lineNumber } = node.callFrame;
    const location = url === '' ? '' : `${url}:${lineNumber + 1}`;
    const name = functionName || '(anonymous)';
    const known = found.get(`${name} ${location}`) ?? { name, location, bytes: 0 };
    known.bytes += node.selfSize;
    found.set(`${name} ${location}`, known);
    open.push(...node.children);
  }
  const all = [...found.values()].filter(({ bytes }) => bytes > 0);
  return all.toSorted((a, b) => b.bytes - a.bytes).slice(0, SHOWN);
}
