import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

import { CORE } from './test/core.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** No limit is a test's own: a machine that stands still must not fail it. A small one has two cores. */
const quick = { testTimeout: 30_000, hookTimeout: 30_000, maxWorkers: 2 };

const IS_LONG = process.env['TEST_LENGTH'] === 'long';

/** Minutes of proxies under load: the long forms alone run them. */
export const LONG_ONLY: readonly string[] = ['test/e2e/proxies/**'];

/** Real processes and sockets: built first. */
const processes = {
  globalSetup: ['test/support/build.ts'],
  pool: 'forks' as const,
  // What was built runs as Node loads it, with the built package.
  server: { deps: { external: [/\/dist\//] } },
  testTimeout: 180_000,
  hookTimeout: 60_000,
};

/** Three files at a time take a seventh less than two. The long forms measure all they do. */
const SIDE_BY_SIDE = { maxWorkers: IS_LONG ? 1 : 3, sequence: { groupOrder: 1 } };

const ONE_BY_ONE = { maxWorkers: 1, sequence: { groupOrder: 2 } };

/** What measures times, or starves processes: one file at a time, and nothing beside it. */
const ALONE = [
  'connections/faults',
  'faults/connection-cap',
  'faults/false-alarms',
  'faults/half-core',
  'faults/lease-times',
  'faults/refusals',
  'faults/slow-clients',
  'faults/stopped-processes',
  'meta/blocked-worker',
  'faults/half-requests',
  'faults/unread-answers',
  'overload/heap',
  'overload/overload',
  'process/lying-workers',
  'process/memory-recycling',
  'process/orphans',
  'proxies/deploys',
  'threads/limits',
].map((name) => `test/e2e/${name}.e2e-spec.ts`);

/** What a transport can get wrong; most of it with the long forms. */
const IPC_FAULTS = [
  'blocked-workers',
  'connection-cap',
  'descriptors',
  'killed-workers',
  'lease-times',
  'refusals',
];
const IPC_TESTS = [
  'test/e2e/adapter/protocols.e2e-spec.ts',
  ...IPC_FAULTS.slice(IS_LONG ? 0 : -1).map((name) => `test/e2e/faults/${name}.e2e-spec.ts`),
];

export default defineConfig({
  // Nest needs legacy decorators and their metadata; Oxc emits both itself.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: {
    alias: [
      {
        find: /^nestjs-buttress\/clients\/(.+)$/,
        replacement: path('./lib/connections/clients/$1.ts'),
      },
      { find: /^nestjs-buttress\/([a-z-]+)$/, replacement: path('./lib/$1.ts') },
      { find: /^nestjs-buttress$/, replacement: path('./lib/index.ts') },
    ],
  },
  test: {
    expect: { poll: { timeout: 20_000 } },
    coverage: { provider: 'v8', include: ['lib/**'] },
    projects: [
      {
        extends: true,
        test: { ...quick, pool: 'threads', name: 'unit', include: ['test/unit/**/*.spec.ts'] },
      },
      {
        extends: true,
        test: { ...quick, name: 'integration', include: ['test/integration/**/*.spec.ts'] },
      },
      {
        extends: true,
        test: { ...processes, ...SIDE_BY_SIDE, name: 'core', include: CORE },
      },
      // Up to here `npm test`; from here on `npm run test:rest`.
      {
        extends: true,
        test: {
          ...processes,
          ...SIDE_BY_SIDE,
          name: 'e2e',
          include: ['test/e2e/**/*.e2e-spec.ts'],
          exclude: [...CORE, ...ALONE],
        },
      },
      // Real servers, which have to be there.
      {
        extends: true,
        test: {
          ...SIDE_BY_SIDE,
          name: 'interop',
          include: ['test/interop/**/*.spec.ts'],
          pool: 'forks',
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...processes,
          ...ONE_BY_ONE,
          name: 'e2e-alone',
          include: ALONE,
          exclude: IS_LONG ? [] : [...LONG_ONLY],
        },
      },
      {
        extends: true,
        test: {
          ...processes,
          ...ONE_BY_ONE,
          name: 'e2e-ipc',
          include: IPC_TESTS,
          env: { TEST_TRANSPORT: 'ipc' },
        },
      },
    ],
  },
});
