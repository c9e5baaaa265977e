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
    ['{ authentcate: () => undefined }', 'setup.authentcate is not an option'],
    ["{ users: { ops: { pasword: 'x', access: 'read' } } }", 'users.ops.pasword is not an option'],
    ["{ brand: { colour: '#112233' } }", 'brand.colour is not an option'],
  ])(
    'R26 refuses what is misspelled: it would let visitors in, or be missed: %s',
    async (given, why) => {
      const setup = setupModule(`export default ${given};`);
      await expect(startPagesApp({ setup })).rejects.toThrow(why);
    },
  );

  it.each([
    "{ users: { ops: 'hunter2' } }",
    "{ users: [{ name: 'ops', password: 'hunter2' }] }",
    "{ users: 'ops:hunter2' }",
  ])('names no password that stands in the wrong place: %s', async (given) => {
    const setup = setupModule(`export default ${given};`);
    const message = await startPagesApp({ setup }).then(
      () => 'started',
      (error: Error) => error.message,
    );
    expect(message).toMatch(/must be an object/);
    expect(message).not.toContain('hunter2');
  });

  it('accepts an object that keeps more than its options, if it is of a class', async () => {
    const setup = setupModule(`class Setup {
      visitors = { ops: 'read' };
      authenticate = () => undefined;
    }
    export default new Setup();`);
    const { ask } = await startPagesApp({ setup });
    expect((await ask('/')).status).toBe(401);
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
