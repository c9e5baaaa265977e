import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { tellLeaving, whoLeaves } from '../../../../lib/common/http/leaving.ts';

/** Ports that nobody has. */
const [HELD, OTHER] = [65_530, 65_531];

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'buttress-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe('A process that leaves', () => {
  it('R27 is found by the addresses that it holds', () => {
    tellLeaving({ holds: [HELD, '/run/app.sock'], withinMs: 5_000, directory: directory() });
    expect(whoLeaves(HELD)).toMatchObject({ pid: process.pid });
    expect(whoLeaves('/run/app.sock')).toMatchObject({ pid: process.pid });
    expect(whoLeaves(OTHER)).toBeUndefined();
  });

  it('R27 is not found when its time is over, or when it has ended', () => {
    tellLeaving({ holds: [HELD], withinMs: -1, directory: directory() });
    expect(whoLeaves(HELD)).toBeUndefined();
    const gone = { pid: 2 ** 22 + 1, holds: [HELD], endsAt: Number.MAX_SAFE_INTEGER };
    writeFileSync(join(directory(), 'leaving.json'), JSON.stringify(gone));
    expect(whoLeaves(HELD)).toBeUndefined();
  });

  it.each(['', '{}', 'null', '{"holds":5}', '{"holds":[65530],"endsAt":"x","pid":1}'])(
    'R27 says nothing with %j',
    (text) => {
      writeFileSync(join(directory(), 'leaving.json'), text);
      expect(whoLeaves(HELD)).toBeUndefined();
    },
  );
});
