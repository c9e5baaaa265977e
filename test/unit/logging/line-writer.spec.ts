import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { LineWriter } from '../../../lib/logging/line-writer.ts';
import { PipeLock } from '../../../lib/logging/pipe-lock.ts';
import { until } from '../../support/until.ts';

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'line-writer-'));
}

function openForTest(path: string, flags: number | string): number {
  const fd = openSync(path, flags);
  onTestFinished(() => closeSync(fd));
  return fd;
}

/** Both ends of a pipe that never makes its writer wait. */
function pipe(): number {
  const path = join(folder(), 'pipe');
  execFileSync('mkfifo', [path]);
  // Not closed: a writer that waits for room goes on, and must not meet another test's file.
  return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
}

function readAll(fd: number): string {
  const chunk = Buffer.alloc(1 << 20);
  try {
    return chunk.toString('latin1', 0, readSync(fd, chunk));
  } catch {
    return '';
  }
}

/** A process that has ended: its id belongs to nobody now. */
function deadPid(): string {
  return execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }).trim();
}

describe('PipeLock', () => {
  it('is held by one at a time, and names its holder from its first moment', () => {
    const path = join(folder(), 'lock');
    const lock = new PipeLock(path);
    expect(lock.tryAcquire()).toBe('acquired');
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
    lock.release();
    writeFileSync(path, String(process.ppid));
    expect(lock.tryAcquire()).toBe('held');
    expect(readFileSync(path, 'utf8')).toBe(String(process.ppid));
  });

  it('is broken when its holder is gone, once', () => {
    const path = join(folder(), 'lock');
    writeFileSync(path, deadPid());
    expect(new PipeLock(path).tryAcquire()).toBe('broken');
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
  });

  it('R21 locks again in a directory that was cleaned, and keeps nobody waiting without one', () => {
    const directory = folder();
    const path = join(directory, 'lock');
    const lock = new PipeLock(path);
    expect(lock.tryAcquire()).toBe('acquired');
    rmSync(directory, { recursive: true });
    expect(lock.tryAcquire()).toBe('acquired');
    lock.release();
    mkdirSync(directory);
    expect(lock.tryAcquire()).toBe('acquired');
    expect(readFileSync(path, 'utf8')).toBe(String(process.pid));
    writeFileSync(path, String(process.ppid));
    expect(lock.tryAcquire()).toBe('held');
  });
});

describe('LineWriter', () => {
  it('writes the lines of a turn in their order', async () => {
    const path = join(folder(), 'log');
    const writer = new LineWriter({ fd: openForTest(path, 'w') });
    for (const line of ['a\n', 'ä\n', 'c\n']) writer.write(line);
    await expect.poll(() => readFileSync(path, 'utf8')).toBe('a\nä\nc\n');
    writer.write('d\n');
    writer.flushSync();
    expect(readFileSync(path, 'utf8')).toBe('a\nä\nc\nd\n');
  });

  it('goes on where it stopped when a pipe was full', async () => {
    const fd = pipe();
    const writer = new LineWriter({ fd });
    const lines = Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(10_000)}\n`);
    for (const line of lines) writer.write(line);
    let read = '';
    const { length } = lines.join('');
    await until('all lines', () => (read += readAll(fd)).length >= length, { everyMs: 1 });
    expect(read).toBe(lines.join(''));
    expect(writer.dropped).toBe(0);
  });

  it('drops and counts what there is no room for, while nobody reads', async () => {
    const writer = new LineWriter({ fd: pipe(), maxQueued: 100_000 });
    for (let line = 0; line < 30; line++) writer.write(`${'x'.repeat(9_999)}\n`);
    expect(writer.dropped).toBe(20);
  });

  it('ends its last words after half a second, however slow the reader is', () => {
    const writer = new LineWriter({ fd: pipe() });
    for (let line = 0; line < 30; line++) writer.write(`${'x'.repeat(9_999)}\n`);
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 50));
    writer.flushSync();
    clock.mockRestore();
    expect(nowMs).toBeGreaterThanOrEqual(500);
    expect(nowMs).toBeLessThanOrEqual(700);
  });

  it('counts what a full disk did not take, and goes on', async () => {
    const writer = new LineWriter({ fd: openForTest('/dev/full', 'w') });
    writer.write('lost\n');
    writer.flushSync();
    expect(writer.dropped).toBe(1);
    writer.write('lost too\n');
    writer.flushSync();
    expect(writer.dropped).toBe(2);
  });

  it('waits for the lock, and gives it back', async () => {
    const path = join(folder(), 'lock');
    // Another process that lives: the one that started this one.
    writeFileSync(path, String(process.ppid));
    const fd = pipe();
    const writer = new LineWriter({ fd, lock: new PipeLock(path) });
    writer.write('line\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readAll(fd)).toBe('');
    unlinkSync(path);
    await expect.poll(() => readAll(fd)).toBe('line\n');
    expect(existsSync(path)).toBe(false);
  });

  it('breaks the lock of a process that is gone, and ends the line that it may have left', async () => {
    const path = join(folder(), 'lock');
    writeFileSync(path, deadPid());
    const fd = pipe();
    new LineWriter({ fd, lock: new PipeLock(path) }).write('line\n');
    await expect.poll(() => readAll(fd)).toBe('\nline\n');
  });
});
