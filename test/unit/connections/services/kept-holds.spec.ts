import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { HOLD_PREFIX } from '../../../../lib/connections/services/hold.options.ts';
import { followHolds } from '../../../../lib/connections/services/kept-holds.ts';
import type { SettingOverride } from '../../../../lib/reports/overrides.ts';
import { Settings } from '../../../../lib/reports/settings.ts';
import { type ConnectionsLab, startConnections } from '../../../support/connections-lab.ts';

const FIRST = '10.0.0.1:80';
const SECOND = '10.0.0.2:80';

/** The service's clock starts elsewhere than that of the machine. */
const OFFSET_MS = 5_000;

let now: number;
let lab: ConnectionsLab;
let settings: Settings;

beforeEach(() => {
  now = 1_000;
  lab = startConnections(
    { services: { rates: { tiers: [[FIRST, SECOND]] } } },
    { clock: { now: () => now + OFFSET_MS }, sweepMs: 1e6 },
  );
  // Endpoints are shown once they are looked up.
  lab.managed.find('rates').tiers.fresh(0);
  settings = new Settings({ clock: { now: () => now }, later: () => () => undefined });
});

function follow(): void {
  onTestFinished(followHolds(lab.managed, settings, { now: () => now }));
}

function kept(address: string, endsAt = 60_000): SettingOverride {
  return { name: HOLD_PREFIX + address, value: true, by: 'ada', since: '', endsAt };
}

function held(): string[] {
  return lab
    .service('rates')
    .tiers.flatMap(({ endpoints }) =>
      endpoints.filter(({ health }) => health.state === 'HELD').map(({ address }) => address),
    );
}

describe('An address that the group keeps held', () => {
  it('is held in a process that starts later, as long as elsewhere.', () => {
    settings.follow([kept(FIRST, 10_000)]);
    follow();
    expect(held()).toEqual([FIRST]);
    now = 9_999;
    expect(held()).toEqual([FIRST]);
    now = 10_000;
    expect(held()).toEqual([]);
  });

  it('is held and released with each change.', () => {
    follow();
    settings.follow([kept(FIRST), kept(SECOND)]);
    expect(held()).toEqual([FIRST, SECOND]);
    settings.follow([kept(SECOND)]);
    expect(held()).toEqual([SECOND]);
  });

  it('stays up when the application has marked it up since, until it is held again.', () => {
    follow();
    settings.follow([kept(FIRST)]);
    lab.managed.markUp(FIRST);
    settings.follow([kept(FIRST), { ...kept(SECOND), name: 'shop.batch' }]);
    expect(held()).toEqual([]);
    settings.follow([kept(FIRST, 70_000)]);
    expect(held()).toEqual([FIRST]);
  });

  it('keeps the failures of an address that is not held any more.', () => {
    follow();
    settings.follow([kept(FIRST, 2_000)]);
    now = 2_500;
    lab.managed.holdDown(SECOND, 60_000);
    settings.follow([]);
    expect(held()).toEqual([SECOND]);
  });
});
