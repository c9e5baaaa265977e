import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { freePort } from '../../support/free-port.ts';
import { requestText } from '../../support/raw-connection.ts';
import { setupModule, slowSetupModule } from '../../support/setup-module.ts';
import {
  type GroupSetup,
  launchGroup,
  type LogRecord,
  startGroup,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const ERROR = 50;

const WRONGS = [
  ['option', 'RangeError: context.deadline.defaultMs must be'],
  ['option of a factory', 'RangeError: context.deadline.defaultMs must be'],
  ['feature of a factory', 'TypeError: A factory of ButtressModule.forRootAsync cannot leave'],
  ['module', 'Cannot find module'],
  ['export', "does not provide an export named 'none'"],
  ['syntax', 'SyntaxError: Unexpected token'],
] as const;

/** A setup whose password stands in a file. */
function setupWithPassword(password: string): { setup: URL; write: (next: string) => void } {
  const directory = mkdtempSync(join(tmpdir(), 'password-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'password');
  const write = (next: string): void => writeFileSync(file, next);
  write(password);
  const setup = setupModule(`
    import { readFileSync } from 'node:fs';
    const password = readFileSync(${JSON.stringify(file)}, 'utf8');
    export default { users: { ops: { password, access: 'operate' } } };
  `);
  return { setup, write };
}

function errorsOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ level }) => level === ERROR);
}

describe('R43: errors that another start would meet again', () => {
  it.each(WRONGS)(
    'end a group at once, and are logged once: a wrong %s.',
    async (wrong, reason) => {
      // Pages end with their group in the same way whatever is wrong, and cost more than the rest.
      const options: GroupSetup['options'] = wrong === 'option' ? {} : { meta: false };
      const group = await launchGroup({ app: 'wrong.app', options, env: { WRONG: wrong } });
      expect(await group.untilExited({ withinMs: 60_000 })).toEqual({ code: 1, signal: null });
      const errors = errorsOf(group).filter(({ code }) => code === 'ERR_BUTTRESS_CLUSTER_START');
      expect(errors).toHaveLength(1);
      expect(errors[0]?.msg).toContain('the application cannot start: ');
      expect(errors[0]?.msg).toContain(reason);
      expect(group.log.filter(({ msg }) => msg === 'worker ended').length).toBeLessThanOrEqual(1);
      if (wrong.endsWith('of a factory')) return;
      expect(errors[0]?.['stack']).toContain(reason);
      expect(group.output.split(reason)).toHaveLength(3);
    },
  );

  it('are not blamed for an end after they were caught.', async () => {
    const group = await launchGroup({
      app: 'wrong.app',
      options: { supervision: { maxStartFailures: 2 } },
      env: { WRONG: 'option that is caught' },
    });
    expect(await group.untilExited({ withinMs: 60_000 })).toEqual({ code: 1, signal: null });
    const [error, ...others] = errorsOf(group).filter(({ code }) => code !== undefined);
    expect(others).toEqual([]);
    expect(error?.msg).toContain('no worker became ready in 2 tries');
    expect(error?.msg).toContain('its error is logged above');
  });

  it('end a group whose pages lack a password when it is started.', async () => {
    const { setup } = setupWithPassword('');
    const meta = { port: 0, setup: setup.href };
    const group = await launchGroup({ app: 'lab.app', options: { meta } });
    expect(await group.untilExited({ withinMs: 60_000 })).toEqual({ code: 1, signal: null });
    expect(errorsOf(group).map(({ msg }) => msg)).toEqual([
      'the process of the pages cannot start: MetaSetupError: meta.setup: "ops" has no password. ' +
        'Is the variable that it comes from set?',
    ]);
  });

  it('end a group by a drain where a worker serves before the pages are tried; it was never ready.', async () => {
    const { setup, finish } = slowSetupModule(
      "export default { users: { ops: { password: '' } } };",
    );
    const probes = { port: await freePort() };
    const group = await launchGroup({
      app: 'lab.app',
      options: { meta: { port: 0, setup: setup.href }, probes, workers: 1 },
    });
    const address = await until('the application', async () => {
      return (await group.get('/lab/who')).status === 200 && `http://127.0.0.1:${probes.port}`;
    });
    const slow = group.connect();
    slow.send(requestText('/lab/sleep?ms=1500'));
    // The answer to a later request says that the slow one has arrived.
    expect((await group.get('/lab/who')).status).toBe(200);
    expect((await fetch(`${address}/readyz`)).status).toBe(503);
    finish();
    expect(await group.untilExited({ withinMs: 60_000 })).toEqual({ code: 1, signal: null });
    expect(errorsOf(group)).toMatchObject([{ code: 'ERR_BUTTRESS_CLUSTER_START' }]);
    expect(errorsOf(group)[0]?.msg).toContain('"ops" has no password');
    expect((await slow.exchange()).status).toBe(200);
    expect(group.output).not.toContain('serving');
  });

  it('are logged once, and shown to visitors, when its pages die in a group that serves on.', async () => {
    const { setup, write } = setupWithPassword('secret');
    const group = await launchGroup({
      app: 'lab.app',
      options: { meta: { port: 0, setup: setup.href }, workers: 1 },
    });
    await until('the group', () => group.output.includes('serving'), { withinMs: 60_000 });
    const meta = await until('the pages', () => {
      return group.log.find(({ msg }) => msg === 'meta process ready')?.['pid'];
    });
    write('');
    process.kill(Number(meta), 'SIGKILL');
    const page = await until('the refusal', async () => {
      const answer = await group.page('/livez').catch(() => undefined);
      return answer?.body.includes('ERR_BUTTRESS_META_START') === true && answer;
    });
    expect(page).toMatchObject({
      status: 503,
      contentType: 'application/problem+json; charset=utf-8',
    });
    expect(errorsOf(group)).toMatchObject([
      {
        msg: expect.stringContaining('"ops" has no password'),
        remedy: expect.stringContaining('meta.setup'),
      },
    ]);
    expect((await group.get('/lab/who')).status).toBe(200);
    // Its pages can't report the last counts.
    group.signal('SIGTERM');
    await group.untilExited({ withinMs: 60_000 });
  });

  it('stop a reload, and the workers that serve go on.', async () => {
    const group = await startGroup({
      app: 'versioned.app',
      options: { workers: 1 },
      version: 'first',
    });
    const before = await group.pids();
    group.writeVersion('wrong');
    group.signal('SIGHUP');
    const stopped = await until(
      'the end of the reload',
      () => errorsOf(group).find(({ msg }) => msg.includes('reload stopped')),
      { withinMs: 60_000 },
    );
    expect(stopped.msg).toContain('context.deadline.defaultMs');
    expect(await group.pids()).toEqual(before);
    const told = errorsOf(group).filter(({ msg }) =>
      msg.startsWith('the application cannot start'),
    );
    expect(told).toMatchObject([{ stack: expect.stringContaining('RangeError') }]);
  });
});
