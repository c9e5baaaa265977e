import { describe, expect, it } from 'vitest';

import { launchGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** What Nest says first. */
const FIRST = 'Starting Nest application...';

/** A group whose worker never finishes its start. */
function launch(env: Record<string, string> = {}): Promise<TestGroup> {
  return launchGroup({ app: 'hanging.app', options: { workers: 1 }, env });
}

describe('A start that hangs', () => {
  it('R43: writes the lines before its first warning, and the warning.', async () => {
    const group = await launch({ RETRIES: '1' });
    await until('the warning', () => group.output.includes('unreachable, retrying'));
    expect(group.output).toContain(FIRST);
  });

  it('R43: writes its lines without a warning, too.', async () => {
    const group = await launch();
    expect(await until('the first line', () => group.output.includes(FIRST))).toBe(true);
  });
});
