import { describe, expect, it } from 'vitest';

import { startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';

describe('the setup of the pages', () => {
  it.each([
    [
      "{ password: process.env['NOT_SET'], access: 'read' }",
      '"ops" has no password. Is the variable',
    ],
    ["{ password: '', access: 'read' }", '"ops" has no password'],
    [
      "{ password: 'one', access: 'admin' }",
      'access of "ops" must be one of none, read, operate, sensitive',
    ],
  ])('R43 says what a user of its setup lacks: %s', async (user, message) => {
    const setup = setupModule(`export default { users: { ops: ${user} } };`);
    await expect(startPagesApp({ setup })).rejects.toThrow(message);
  });

  it.each([
    'javascript:alert("{traceId}")',
    'https://tempo.example/trace/',
    'tempo.example/{traceId}',
    'data:text/html,{traceId}',
  ])('refuses an address of traces that is no web page of a trace: %s', async (traceUrl) => {
    const setup = setupModule(`export default { traceUrl: ${JSON.stringify(traceUrl)} };`);
    await expect(startPagesApp({ setup })).rejects.toThrow(
      'traceUrl must be an http or https URL that contains {traceId}',
    );
  });
});
