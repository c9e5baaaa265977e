import { Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';

import type * as Twins from '../../../lib/common/process/thread-twin.ts';
import type * as Fixture from '../../fixtures/threads/twin.ts';
import { rejectionOf, startWork, work, type WorkApp } from '../../support/work-app.ts';

const built = (path: string): URL => new URL(`../../${path}`, import.meta.url);

const { ThreadTwin } = (await import(
  built('../dist/common/process/thread-twin.js').href
)) as typeof Twins;

const TWIN = built('fixtures/dist/threads/twin.js');

const { ShareModule, ShareWork } = (await import(TWIN.href)) as typeof Fixture;

@Module({})
class FeatureModule {}

const shareOf = ({ threads }: Twins.ThreadShare): Fixture.Share => ({
  name: 'rates',
  most: 12 / threads,
});

function noShare(): never {
  throw new RangeError('no caps for so many threads');
}

/** An application with a feature that threads know nothing of. */
function startWith(setup: Partial<Twins.ThreadTwinSetup<unknown>>): Promise<WorkApp> {
  const twin = new ThreadTwin({ module: TWIN, export: 'shareTwin', data: shareOf, ...setup });
  const feature = { module: FeatureModule, providers: [{ provide: 'TWIN', useValue: twin }] };
  const own = { module: TWIN, moduleExport: 'ShareModule' };
  return startWork(own, [feature, ShareModule]);
}

describe('a feature that comes along to threads', () => {
  it('is made there of its data, with its share of what is limited', async () => {
    const { app } = await startWith({});
    const shareWork = app.get(ShareWork);
    // One thread for cpu and one for io.
    expect(await shareWork.seen()).toEqual({ name: 'rates', most: 6 });
  });

  it('fails the start when it is not where it should be', async () => {
    const error = await rejectionOf(startWith({ export: 'absentTwin' }));
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).message).toContain('exports no "absentTwin"');
  });

  it('fails the start when its data can not be copied', async () => {
    const error = await rejectionOf(startWith({ data: () => ({ log: () => undefined }) }));
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).message).toContain('could not be cloned');
  });

  it('fails the start when it has no data', async () => {
    const error = await rejectionOf(startWith({ data: noShare }));
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).cause).toBeInstanceOf(RangeError);
  });
});
