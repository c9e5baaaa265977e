import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** No limit is a test's own: a machine that stands still must not fail it. */
const quick = { testTimeout: 30_000, hookTimeout: 30_000 };

/** Real processes and sockets: built first, one file at a time. */
const processes = {
  globalSetup: ['test/support/build.ts'],
  pool: 'forks' as const,
  fileParallelism: false,
  sequence: { groupOrder: 1 },
  // What was built runs as Node loads it, with the built package.
  server: { deps: { external: [/\/dist\//] } },
  testTimeout: 180_000,
  hookTimeout: 60_000,
};

/** What a transport can get wrong; most of it with the long forms. */
const IPC_FAULTS = [
  'blocked-workers',
  'connection-cap',
  'descriptors',
  'killed-workers',
  'refusals',
];
const IPC_TESTS = [
  'test/e2e/adapter/protocols.e2e-spec.ts',
  ...IPC_FAULTS.slice(process.env['TEST_LENGTH'] === 'long' ? 0 : -1).map(
    (name) => `test/e2e/faults/${name}.e2e-spec.ts`,
  ),
];

export default defineConfig({
  // Nest needs legacy decorators and their metadata; Oxc emits both itself.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: {
    alias: [
      { find: /^nestjs-buttress\/cluster$/, replacement: path('./lib/cluster.ts') },
      {
        find: /^nestjs-buttress\/clients\/(.+)$/,
        replacement: path('./lib/connections/clients/$1.ts'),
      },
      { find: /^nestjs-buttress$/, replacement: path('./lib/index.ts') },
    ],
  },
  test: {
    expect: { poll: { timeout: 20_000 } },
    coverage: { provider: 'v8', include: ['lib/**'] },
    projects: [
      { extends: true, test: { ...quick, name: 'unit', include: ['test/unit/**/*.spec.ts'] } },
      {
        extends: true,
        test: { ...quick, name: 'integration', include: ['test/integration/**/*.spec.ts'] },
      },
      {
        extends: true,
        test: { ...processes, name: 'e2e', include: ['test/e2e/**/*.e2e-spec.ts'] },
      },
      {
        extends: true,
        test: {
          ...processes,
          name: 'e2e-ipc',
          include: IPC_TESTS,
          env: { TEST_TRANSPORT: 'ipc' },
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'interop',
          include: ['test/interop/**/*.spec.ts'],
          // Real servers, and one network path at a time.
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
