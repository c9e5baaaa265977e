import { describe, expect, it } from 'vitest';

import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('A Group whose application has an adapter of Nest', () => {
  it.each(['SIGTERM', 'SIGQUIT'] as const)(
    'R6 R24 answers what is in flight at %s before the application closes.',
    async (signal) => {
      const group = await startGroup({
        app: 'hooks.app',
        options: { workers: 1 },
        env: { ADAPTER: 'plain' },
      });
      const slow = group.get('/sleep?ms=1500');
      await until('its handler', () => group.output.includes('begun by'));
      group.signal(signal);
      expect((await slow).status).toBe(200);
      expect(await group.exited).toEqual({ code: 0, signal: null });
    },
  );
});
