import { describe, expect, it } from 'vitest';

import { ConfigSources } from '../../../../lib/common/options/config-sources.ts';

function namesOf(config: ConfigSources): string[] {
  return config.entries().map(({ name }) => name);
}

describe('The configuration of a process', () => {
  it('has of a group of options what the last application gave, whole or none.', () => {
    const config = new ConfigSources();
    const note = (name: string, value: unknown): void =>
      config.noteOption({ name, value, source: 'code' });
    note('quota.maxInFlight', 5);
    note('quota', false);
    expect(namesOf(config)).toEqual(['quota']);
    note('quota.maxInFlight', 7);
    expect(namesOf(config)).toEqual(['quota.maxInFlight']);
    note('quotas', 1);
    expect(namesOf(config)).toEqual(['quota.maxInFlight', 'quotas']);
  });

  it('bounds what an application notes, and has all options beside it.', () => {
    const config = new ConfigSources();
    for (let count = 0; count < 3_000; count++) config.note(`own.${count}`, count, 'code');
    for (let count = 0; count < 3; count++) {
      config.noteOption({ name: `service${count}.retries`, value: 1, source: 'default' });
    }
    expect(config.entries()).toHaveLength(2_003);
  });
});
