import { describe, expect, it } from 'vitest';

import { inlineReason } from '../../../lib/threads/inline-reason.ts';

const BUILT = 'file:///app/thread.module.js';

function reasonOf(url: string | undefined, files: string[], env: Record<string, string> = {}) {
  return inlineReason(url, { env, exists: (path) => files.includes(path) });
}

const COMPILED = ['/app/thread.module.js'];
const SOURCES = ['/app/thread.module.ts'];

describe('R29 threads that can not load their module', () => {
  it.each([
    ['VITEST', 'true', 'Vitest'],
    ['JEST_WORKER_ID', '1', 'Jest'],
    ['NODE_TEST_CONTEXT', 'child-v8', 'the test runner of Node'],
  ])('are not needed in tests: %s', (name, value, runner) => {
    const reason = `/app/thread.module.js is not built (under ${runner})`;
    expect(reasonOf(BUILT, SOURCES, { [name]: value })).toBe(reason);
    expect(reasonOf(BUILT, [], { [name]: value })).toBe(reason);
  });

  it('are not needed where its source stands beside it', () => {
    expect(reasonOf(BUILT, SOURCES)).toBe('/app/thread.module.js is not built');
    expect(reasonOf('file:///app/t.mjs', ['/app/t.mts'])).toBe('/app/t.mjs is not built');
    expect(reasonOf('file:///app/t.cjs', ['/app/t.cts'])).toBe('/app/t.cjs is not built');
  });

  it('are not needed where a runner of tests has resolved it to its source', () => {
    const source = 'file:///app/thread.module.ts';
    expect(reasonOf(source, SOURCES, { JEST_WORKER_ID: '1' })).toBe(
      '/app/thread.module.ts is not compiled (under Jest)',
    );
    expect(reasonOf(source, SOURCES)).toBeUndefined();
  });

  it('are an error in production, and where there is no source either', () => {
    expect(reasonOf(BUILT, SOURCES, { NODE_ENV: 'production', VITEST: 'true' })).toBeUndefined();
    expect(reasonOf(BUILT, [])).toBeUndefined();
    expect(reasonOf(undefined, [], { VITEST: 'true' })).toBeUndefined();
  });

  it('are started where it is compiled', () => {
    expect(reasonOf(BUILT, COMPILED, { VITEST: 'true' })).toBeUndefined();
    expect(reasonOf(BUILT, [...COMPILED, ...SOURCES], { VITEST: 'true' })).toBeUndefined();
  });
});
