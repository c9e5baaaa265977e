import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { freePort } from '../../test/support/free-port.ts';
import { readAnswerHead, requestText } from '../support/http-answer.ts';
import { processTree } from '../support/process-tree.ts';

/** A program that serves an application, to be started. */
export interface Program {
  name: string;
  main: string;
  workers: number;
  /** Path whose answer is 200. */
  path: string;
  env: NodeJS.ProcessEnv;
}

/** From the start of the first process, in milliseconds. */
export interface StartTimes {
  firstAnswer: number;
  allReady: number;
}

const ASK_EVERY_MS = 5;

/** Longest start. */
const WITHIN_MS = 60_000;

const READY = '"msg":"worker ready"';

export async function timedStart(program: Program): Promise<StartTimes> {
  const [port, metaPort] = [await freePort(), await freePort()];
  const startedAt = performance.now();
  const child = spawn(process.execPath, [program.main], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      WORKERS: String(program.workers),
      ...program.env,
      PORT: String(port),
      META_PORT: String(metaPort),
    },
  });
  try {
    const elapsed = (): number => performance.now() - startedAt;
    const [first, all] = await inTime(
      Promise.all([
        firstAnswer(port, program.path).then(elapsed),
        allReady(child, program.workers).then(elapsed),
      ]),
      program,
    );
    return { firstAnswer: first, allReady: all };
  } finally {
    await stop(child);
  }
}

async function firstAnswer(port: number, path: string): Promise<void> {
  const until = performance.now() + WITHIN_MS;
  while (performance.now() < until) {
    // oxlint-disable-next-line no-await-in-loop -- one question after another
    if ((await ask(port, path)) === 200) return;
    // oxlint-disable-next-line no-await-in-loop -- the same
    await wait(ASK_EVERY_MS);
  }
}

/** The status of an answer; undefined: there was none. */
function ask(port: number, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(readAnswerHead(text)?.status));
    socket.write(requestText(path, 'close'));
  });
}

/** Resolves once as many workers are READY, by the lines of the primary. */
function allReady({ stderr }: ChildProcess, workers: number): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.split(READY).length > workers) resolve();
    });
  });
}

function inTime<T>(promise: Promise<T>, { name }: Program): Promise<T> {
  const late = wait(WITHIN_MS, undefined, { ref: false }).then(() => {
    throw new Error(`${name} was not ready within ${WITHIN_MS} ms`);
  });
  return Promise.race([promise, late]);
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  for (const pid of processTree(child.pid ?? 0)) kill(pid);
  await exited;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
