import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import config, { LONG_ONLY } from '../../vitest.config.ts';
import { CORE, PROMISES } from '../core.ts';

interface Project {
  name: string;
  include: readonly string[];
  exclude?: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const PROJECTS = (config as { test: { projects: { test: Project }[] } }).test.projects.map(
  ({ test }) => test,
);

/** Runs files of the others once more, over the other transport. */
const AGAIN = 'e2e-ipc';

const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  scripts: Record<'test' | 'test:rest' | 'test:faults', string>;
};

function filesOf({ include, exclude = [] }: Project): string[] {
  const left = new Set(find(exclude));
  return find(include).filter((file) => !left.has(file));
}

function find(patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: ROOT });
}

/** What a script gives to `--project`. */
function projectsIn(script: string): string[] {
  return [...script.matchAll(/--project '?([!\w-]+)'?/g)].map(([, name = '']) => name);
}

describe('The projects of vitest.config.ts', () => {
  it('run every spec file once', () => {
    const run = PROJECTS.filter(({ name }) => name !== AGAIN).flatMap(filesOf);
    const there = find(['test/**/*-spec.ts', 'test/**/*.spec.ts']);
    const ours = there.filter((file) => !file.startsWith('test/consumers/'));
    const left = find(LONG_ONLY).filter((file) => ours.includes(file) && !run.includes(file));
    expect([...run, ...left].toSorted()).toEqual(ours.toSorted());
  });

  it('leave to npm run test:faults what takes minutes', () => {
    for (const pattern of LONG_ONLY) {
      expect(scripts['test:faults']).toContain(` ${pattern.replace('/**', '')} `);
    }
  });

  it('run only files again, over the other transport, that run over the usual one', () => {
    const usual = new Set(PROJECTS.filter(({ name }) => name !== AGAIN).flatMap(filesOf));
    const again = PROJECTS.filter(({ name }) => name === AGAIN).flatMap(filesOf);
    expect(again.filter((file) => !usual.has(file))).toEqual([]);
  });

  it('name no file that is not there', () => {
    const named = PROJECTS.flatMap(({ include, exclude = [] }) => [...include, ...exclude]);
    const files = named.filter((pattern) => !pattern.includes('*'));
    expect(files.filter((file) => !existsSync(`${ROOT}${file}`))).toEqual([]);
  });
});

describe('npm test', () => {
  const quick = projectsIn(scripts.test);

  it.each(Object.entries(PROMISES))('shows that %s', (_promise, file) => {
    const run = PROJECTS.filter(({ name }) => quick.includes(name)).flatMap(filesOf);
    expect(run.filter((one) => one.startsWith(`test/${file}.`))).toHaveLength(1);
  });

  it('runs no file of real processes without a promise', () => {
    const core = PROJECTS.find(({ name }) => name === 'core');
    expect(core && filesOf(core).toSorted()).toEqual(CORE.toSorted());
  });

  it('leaves all other projects, and no other, to npm run test:rest', () => {
    expect(projectsIn(scripts['test:rest'])).toEqual(quick.map((name) => `!${name}`));
  });
});
