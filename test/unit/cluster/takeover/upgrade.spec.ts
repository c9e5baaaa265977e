import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import type { OperatorState } from '../../../../lib/cluster/primary/operator-state.ts';
import { StartedWith } from '../../../../lib/cluster/takeover/started-with.ts';
import { startSuccessor, takeTakeover } from '../../../../lib/cluster/takeover/upgrade.ts';

const HEALTHY: OperatorState = { health: null, settings: [] };
const FAILED: OperatorState = {
  health: { by: 'ada', reason: null, since: '2026-01-01T00:00:00.000Z', remainingMs: null },
  settings: [],
};

/** A program that takes over, and writes down what it is told next. */
const PROGRAM = `
  process.once('message', (message) => {
    require('node:fs').writeFileSync(process.env.TOLD, JSON.stringify(message));
  });
  process.send('buttress took over');
`;

describe('an upgrade', () => {
  it('passes on what operators changed while the new primary started', async () => {
    const told = join(mkdtempSync(join(tmpdir(), 'upgrade-')), 'told.json');
    let operators = HEALTHY;
    const started = startSuccessor({
      listeners: [],
      directory: undefined,
      operators,
      scaling: { wanted: 2, isSet: true },
      operatorsNow: () => operators,
      env: { TOLD: told },
      startedWith: Object.assign(new StartedWith(), { programArguments: ['--eval', PROGRAM] }),
      withinMs: 60_000,
    });
    operators = FAILED;
    await started;
    await vi.waitFor(
      () => expect(JSON.parse(readFileSync(told, 'utf8'))).toEqual({ operators: FAILED }),
      { timeout: 60_000 },
    );
  });

  it('gives it to the new primary, which has taken over', () => {
    const scaling = { wanted: 2, isSet: true };
    const takeover = takeTakeover({ BUTTRESS_UPGRADE: JSON.stringify({ listeners: [], scaling }) });
    expect(takeover?.scaling).toEqual(scaling);
    const late: OperatorState[] = [];
    takeover?.tellTakenOver((operators) => late.push(operators));
    process.listeners('message').at(-1)?.({ operators: FAILED }, undefined);
    expect(late).toEqual([FAILED]);
  });
});
