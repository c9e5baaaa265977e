import { Controller, Injectable, Scope, type Type } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { LivenessCheck, ReadinessCheck } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { LIVENESS_CHECK } from '../../../../lib/cluster/liveness/liveness-check.decorator.ts';
import { findChecks } from '../../../../lib/common/checks/checks.explorer.ts';
import type { CheckOutcome, Checks } from '../../../../lib/common/checks/checks.ts';
import { READINESS_CHECK } from '../../../../lib/meta/own/readiness-check.decorator.ts';

const DECORATORS = [
  { name: 'LivenessCheck', decorator: LivenessCheck, key: LIVENESS_CHECK },
  { name: 'ReadinessCheck', decorator: ReadinessCheck, key: READINESS_CHECK },
] as const;

interface Classes {
  providers?: Type[];
  controllers?: Type[];
}

async function find(key: symbol, classes: Classes): Promise<Checks> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    ...classes,
  }).compile();
  return findChecks(module.get(DiscoveryService), key, (text) => text);
}

async function outcomesOf(key: symbol, classes: Classes): Promise<CheckOutcome[]> {
  return (await (await find(key, classes)).report()).checks;
}

function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const RESULTS: [title: string, run: () => unknown, failure: string | undefined][] = [
  ['true', () => true, undefined],
  ['undefined', () => undefined, undefined],
  ['null', () => null, undefined],
  ['an empty text', () => '', undefined],
  ['a number', () => 0, undefined],
  ['terminus up', () => ({ disk: { status: 'up' } }), undefined],
  ['terminus degraded', () => ({ disk: { status: 'degraded' } }), undefined],
  ['a promise of true', async () => true, undefined],
  ['false', () => false, 'returned false'],
  ['a promise of false', async () => false, 'returned false'],
  ['a text', () => 'disk full', 'disk full'],
  ['terminus down', () => ({ disk: { status: 'down' } }), 'disk is down'],
  [
    'terminus down with a message',
    () => ({ cache: { status: 'up' }, disk: { status: 'down', message: 'full' } }),
    'disk: full',
  ],
  ['an error', thrower(new Error('no route')), 'no route'],
  ['a rejection', () => Promise.reject(new Error('no route')), 'no route'],
  [
    'an error without a message',
    thrower(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })),
    'ECONNREFUSED',
  ],
  ['an error without a message or code', thrower(new AggregateError([])), 'AggregateError'],
  ['a thrown text', thrower('no route'), 'no route'],
  [
    'a thrown object that has no text',
    thrower(Object.create(null)),
    'threw [Object: null prototype] {}',
  ],
];

describe.each(DECORATORS)('@$name', ({ name, decorator, key }) => {
  it.each(RESULTS)('R43: has one rule for %s', async (_title, run, failure) => {
    @Injectable()
    class Disk {
      @decorator()
      look(): unknown {
        return run();
      }
    }

    const [outcome] = await outcomesOf(key, { providers: [Disk] });
    expect(outcome).toMatchObject({ name: 'Disk.look', counts: true });
    expect([outcome?.status, outcome?.error]).toEqual([
      failure === undefined ? 'up' : 'down',
      failure,
    ]);
  });

  it('R43: limits the time of a check', async () => {
    @Injectable()
    class Disk {
      @decorator({ name: 'disk', timeoutMs: 1 })
      look(): Promise<void> {
        return Promise.withResolvers<void>().promise;
      }
    }

    const [outcome] = await outcomesOf(key, { providers: [Disk] });
    expect(outcome).toMatchObject({ name: 'disk', error: 'no answer within 1 ms' });
  });

  it('R43: finds methods of base classes and controllers, and none that is overridden', async () => {
    class Base {
      isUp = true;

      @decorator()
      own(): boolean {
        return this.isUp;
      }

      @decorator()
      replaced(): boolean {
        return this.isUp;
      }
    }
    @Injectable()
    class Database extends Base {
      override replaced(): boolean {
        return false;
      }
    }
    @Controller()
    class Orders extends Base {}

    const outcomes = await outcomesOf(key, { providers: [Database], controllers: [Orders] });
    expect(outcomes.map((one) => `${one.name} ${one.status}`).toSorted()).toEqual([
      'Database.own up',
      'Orders.own up',
      'Orders.replaced up',
    ]);
  });

  it('R43: calls no method of an instance that was never constructed', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @decorator()
      look(): void {}
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient {
      @decorator()
      look(): void {}
    }

    expect(await outcomesOf(key, { providers: [PerRequest, Transient] })).toEqual([]);
  });

  it('R43: keeps checks of the same name apart', async () => {
    abstract class Named {
      @decorator({ name: 'database' })
      async isUp(): Promise<boolean> {
        return true;
      }
    }
    @Injectable()
    class First extends Named {}
    @Injectable()
    class Second extends Named {}

    const outcomes = await outcomesOf(key, { providers: [First, Second] });
    expect(outcomes.map(({ status }) => status)).toEqual(['up', 'up']);
  });

  it('R43: shows last outcomes without running a check', async () => {
    let runs = 0;
    @Injectable()
    class Disk {
      @decorator()
      look(): void {
        runs++;
      }
    }

    const checks = await find(key, { providers: [Disk] });
    expect([checks.latest(), runs]).toEqual([[], 0]);
    await checks.report();
    expect([checks.latest().length, runs]).toEqual([1, 1]);
  });

  it.each([
    [{ timeout: 500 }, TypeError, '.timeout is not an option. Known: name, timeoutMs'],
    [{ name: '' }, TypeError, '.name must be'],
    [{ name: 5 }, TypeError, '.name must be'],
    [{ timeoutMs: '5' }, TypeError, '.timeoutMs must be'],
    [{ timeoutMs: 0 }, RangeError, '.timeoutMs must be a whole number from 1 to 10000'],
    [{ timeoutMs: 10_001 }, RangeError, '.timeoutMs must be a whole number from 1 to 10000'],
    [null, TypeError, ' must be an object'],
  ])('R43: refuses the options %j at decoration', (options, type, message) => {
    const decorate = (): unknown => decorator(options as never);
    expect(decorate).toThrow(type);
    expect(decorate).toThrow(`${name}${message}`);
  });

  it('R43: takes its default for what is undefined', () => {
    expect(() => decorator({ name: undefined, timeoutMs: undefined } as never)).not.toThrow();
  });

  it('R43: is refused on what is no method', () => {
    expect(() => {
      class Disk {
        @decorator()
        get isUp(): boolean {
          return true;
        }
      }
      return Disk;
    }).toThrow(`@${name} is for methods. Disk.isUp is none.`);
  });
});

describe('Options of readiness alone', () => {
  it.each([
    [{ cacheMs: -1 }, 'ReadinessCheck.cacheMs must be'],
    [{ counts: 'no' }, 'ReadinessCheck.counts must be'],
  ])('R43: %j is refused', (options, message) => {
    expect(() => ReadinessCheck(options as never)).toThrow(message);
  });

  it.each(['cacheMs', 'counts'])('R43: %s is unknown to a liveness check', (option) => {
    expect(() => LivenessCheck({ [option]: 1 })).toThrow(
      `LivenessCheck.${option} is not an option`,
    );
  });

  it('R43: a check that does not count is shown only', async () => {
    @Injectable()
    class Mirror {
      @ReadinessCheck({ counts: false })
      isUp(): boolean {
        return false;
      }
    }

    const report = await (await find(READINESS_CHECK, { providers: [Mirror] })).report();
    expect(report).toMatchObject({ isPassing: true, checks: [{ status: 'down', counts: false }] });
  });
});
