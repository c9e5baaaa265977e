import { describe, expect, it } from 'vitest';

import { type PageAnswer, startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';
import { until } from '../../support/until.ts';

const AT_ONCE = 64;
const MORE = 20;

/** Lets nobody in before the gate is open. */
const SLOW_SETUP = `export default {
  authenticate: async () => {
    await globalThis.gateOfPages;
    return { name: 'ada', access: 'read' };
  },
};`;

describe('a crowd at the pages', () => {
  it('R43 Requests beyond a number are refused at once, probes are not, and the others are answered.', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    Object.assign(globalThis, { gateOfPages: gate });
    const pages = await startPagesApp({ setup: setupModule(SLOW_SETUP) });
    const answers: PageAnswer[] = [];
    const asked = Array.from({ length: AT_ONCE + MORE }, async () => {
      answers.push(await pages.ask('/api/v1'));
    });
    await until('refusals', () => answers.length === MORE);
    for (const { status, headers, body } of answers) {
      expect([status, headers['retry-after']]).toEqual([503, '1']);
      expect(JSON.parse(body)).toMatchObject({ code: 'ERR_BUTTRESS_META_BUSY' });
    }
    expect((await pages.ask('/livez')).status).toBe(200);
    open();
    await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(AT_ONCE);
    expect((await pages.ask('/api/v1')).status).toBe(200);
  });
});
