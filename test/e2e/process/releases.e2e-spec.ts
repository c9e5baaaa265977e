import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';

import { isAlive } from '../../support/processes.ts';
import { jsonOf } from '../../support/raw-connection.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const MAIN = (release: number): string => `
import { Group } from 'nestjs-buttress/cluster';
console.log('main of release ${release}');
const app = new URL('./app.js', import.meta.url);
await new Group({ ...JSON.parse(process.argv[3]), app }).serve();
`;

const APP = (release: number): string => `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
export default async function bootstrap(worker) {
  const { GREETING: greeting, FIXED: fixed } = process.env;
  const directory = readFileSync('name', 'utf8');
  const answer = JSON.stringify({ release: ${release}, directory, greeting, fixed });
  const server = worker.handOff(createServer((request, response) => response.end(answer)));
  await new Promise((resolve) => server.listen(Number(process.env.PORT), '127.0.0.1', resolve));
  return { close: () => new Promise((resolve) => server.close(resolve)) };
}
`;

/** A machine on which releases lie beside each other, and a link leads to the present one. */
class Machine {
  readonly current: string;
  readonly #base: string;

  constructor() {
    this.#base = realpathSync(mkdtempSync(join(tmpdir(), 'releases-')));
    onTestFinished(() => rmSync(this.#base, { recursive: true, force: true }));
    this.current = join(this.#base, 'current');
    mkdirSync(join(this.#base, 'node_modules'));
    symlinkSync(ROOT, join(this.#base, 'node_modules', 'nestjs-buttress'));
  }

  /** Brings a release and lets the link lead there, at once. */
  deploy(release: number): void {
    const directory = join(this.#base, 'releases', String(release));
    const files = {
      'package.json': '{ "type": "module" }',
      'main.js': MAIN(release),
      'app.js': APP(release),
      name: String(release),
      '.env': `GREETING=hello ${release}\nFIXED=of the file\n`,
    };
    mkdirSync(directory, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    symlinkSync(directory, `${this.current}.new`);
    renameSync(`${this.current}.new`, this.current);
  }

  /** Changes the environment file of the release that the link leads to. */
  greet(greeting: string): void {
    writeFileSync(join(this.current, '.env'), `GREETING=${greeting}\nFIXED=of the file\n`);
  }
}

/** Name, script, and `PWD`; undefined: the link. */
type Way = [name: string, script: (current: string) => string, pwd: string | undefined];

/** As a service manager starts it, and as a shell does. */
const WAYS: [Way, Way] = [
  ['by the path of its file', (current: string) => join(current, 'main.js'), '/'],
  ['by its working directory', () => 'main.js', undefined],
];

async function start(machine: Machine, [, script, pwd]: Way, workers: number): Promise<TestGroup> {
  const { current } = machine;
  return startGroup({
    app: 'bare.app',
    env: { PWD: pwd ?? current, FIXED: 'of the environment' },
    options: { workers, reload: { canaryMs: 0 }, drain: { idleGraceMs: 200 } },
    startedBy: ([node, , app = '', options = '']) => {
      return ['env', '-C', current, node, '--env-file=.env', script(current), app, options];
    },
  });
}

async function reload(group: TestGroup): Promise<void> {
  group.signal('SIGHUP');
  await until('the reload', () => group.log.some(({ msg }) => msg === 'reloaded'), {
    withinMs: 60_000,
  });
}

async function upgrade(group: TestGroup): Promise<void> {
  group.signal('SIGUSR2');
  await until('the end of the old primary', () => !isAlive(group.pid), { withinMs: 90_000 });
}

async function answerOf(group: TestGroup): Promise<unknown> {
  return jsonOf(await group.get('/'));
}

function ofRelease(release: number): object {
  const greeting = `hello ${release}`;
  return { release, directory: String(release), greeting, fixed: 'of the environment' };
}

describe('A group that was started through a link to a release', () => {
  it.each(WAYS)('R37 takes the next release at a reload and at an upgrade, %s.', async (...way) => {
    const machine = new Machine();
    machine.deploy(1);
    const group = await start(machine, way, 1);
    expect(await answerOf(group)).toEqual(ofRelease(1));

    machine.deploy(2);
    await reload(group);
    expect(await answerOf(group)).toEqual(ofRelease(2));
    const reloading = group.log.find(({ msg }) => msg === 'reloading');
    expect(reloading?.['app']).toMatch(/\/releases\/2\/app\.js$/);

    machine.deploy(3);
    await upgrade(group);
    expect(group.output).toContain('main of release 3');
    expect(await answerOf(group)).toEqual(ofRelease(3));
  });

  it('R37 takes an environment file that was changed in its place, at a reload and at an upgrade.', async () => {
    const machine = new Machine();
    machine.deploy(1);
    const group = await start(machine, WAYS[0], 1);
    machine.greet('good morning');
    await reload(group);
    expect(await answerOf(group)).toEqual({ ...ofRelease(1), greeting: 'good morning' });

    machine.greet('good evening');
    await upgrade(group);
    expect(await answerOf(group)).toEqual({ ...ofRelease(1), greeting: 'good evening' });
  });

  it('R37 takes the next release when a worker is replaced that was killed.', async () => {
    const machine = new Machine();
    machine.deploy(1);
    const group = await start(machine, WAYS[0], 2);
    machine.deploy(2);
    for (const pid of await group.pids()) process.kill(pid, 'SIGKILL');
    await until('the next release', async () => {
      const { release } = (await answerOf(group)) as { release: number };
      return release === 2;
    });
    await until('all of it', async () => (await group.untilAllReady()).length === 2);
    expect(await answerOf(group)).toEqual(ofRelease(2));
  });
});
