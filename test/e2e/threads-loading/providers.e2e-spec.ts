import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Consumer, type Report } from '../../support/consumer.ts';

/** Modules of the consumer, with what stands in them. */
const KINDS: [module: string, what: string][] = [
  ['ClassModule', 'a class under a token of its own'],
  ['FactoryModule', 'a factory'],
  ['ValueModule', 'a value'],
  ['AliasModule', 'an alias'],
  ['InheritedModule', 'a class that inherits the decorated method'],
  ['RequestModule', 'a class of which each request has one'],
  ['RequestAliasModule', 'an alias of a class of which each request has one'],
  ['TransientModule', 'a class of which each user has one'],
  ['DependentModule', 'a class that depends on one of the request'],
];

describe('Loading of providers', () => {
  let consumer: Consumer;

  beforeAll(async () => {
    consumer = new Consumer({
      type: 'module',
      sources: {
        'src/main.ts': 'providers/main.ts',
        'src/modules.ts': 'providers/modules.ts',
        'src/work.ts': 'providers/work.ts',
      },
    });
    await consumer.tool('@typescript/native/bin/tsc');
  });

  afterAll(() => consumer.remove());

  it.each(KINDS)('T20: A method of %s, %s, runs in a thread.', async (app) => {
    const { places } = await start({ app });
    expect(places).toEqual({ work: { threadId: expect.any(Number), word: 'sesame' } });
    expect(places?.['work']?.threadId).toBeGreaterThan(0);
  });

  it('T20: What a factory makes for each request is not known at the start, and runs here.', async () => {
    const { places } = await start({ app: 'RequestFactoryModule' });
    expect(places).toEqual({ work: { threadId: 0, word: 'sesame' } });
  });

  it('T17: Two methods of one id are named.', async () => {
    const { error } = await start({ app: 'DuplicateModule' });
    expect(error?.name).toBe('ThreadMethodsError');
    expect(error?.message).toContain(
      'elsewhere is ambiguous: elsewhere of WORK in DuplicateModule, ' +
        'nowhere of WORK in DuplicateModule',
    );
  });

  it('T20: Two providers of one class in one module are ambiguous.', async () => {
    const { error } = await start({ app: 'TokensModule' });
    expect(error?.name).toBe('ThreadMethodsError');
    expect(error?.message).toContain(
      'Work.where is ambiguous: Work in TokensModule, WORK in TokensModule',
    );
  });

  it('T20: Two providers of one class in two modules are ambiguous.', async () => {
    const { error } = await start({ app: 'TwinModule' });
    expect(error?.name).toBe('ThreadMethodsError');
    expect(error?.message).toContain(
      'Work.where is ambiguous: Work in LeftModule, Work in RightModule',
    );
  });

  it('T20: Two providers of one class in the threads alone are ambiguous.', async () => {
    const { error } = await start({ app: 'ClassModule', thread: 'ThreadTwinModule' });
    expect(error?.name).toBe('ThreadMethodsError');
    expect(error?.message).toContain(
      'Work.where is ambiguous: WORK in ClassModule, Work in LeftModule',
    );
  });

  function start(given: { app: string; thread?: string }): Promise<Report> {
    // One thread shows it: each costs more than all that runs in it.
    const cpu = { minThreads: 1, threads: 1 };
    return consumer.start('dist/main.js', JSON.stringify({ cpu, ...given }));
  }
});
