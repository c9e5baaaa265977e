import { Session } from 'node:inspector/promises';

import { integerOption, objectOption } from '../common/options/checks.ts';
import { leaveFile, type LeftFile } from './left-file.ts';

/** One profile at a time: two would measure each other. */
type ProfilerState = { kind: 'IDLE' } | { kind: 'RUNNING'; what: string; stop: () => void };

const IDLE: ProfilerState = { kind: 'IDLE' };

const LIMITS = {
  ms: { min: 100, max: 60_000 },
  intervalUs: { min: 100, max: 100_000 },
  intervalBytes: { min: 1_024, max: 16_777_216 },
};

/** Takes profiles of this process through the inspector, without opening a port. */
export class Profiler {
  #state: ProfilerState = IDLE;

  /** Takes a CPU profile: `{ ms, intervalUs }`. @throws Error while another one runs */
  async cpu(input: unknown): Promise<LeftFile> {
    const { ms, intervalUs = 1_000 } = objectOption('input', (input ?? {}) as CpuInput, [
      'ms',
      'intervalUs',
    ]);
    const forMs = integerOption('ms', ms, LIMITS.ms);
    const interval = integerOption('intervalUs', intervalUs, LIMITS.intervalUs);
    return this.#run('CPU profile', 'cpuprofile', async (session, wait) => {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval });
      await session.post('Profiler.start');
      await wait(forMs);
      const { profile } = await session.post('Profiler.stop');
      return JSON.stringify(profile);
    });
  }

  /** Samples live allocations: `{ ms, intervalBytes }`. @throws Error while another one runs */
  async heap(input: unknown): Promise<LeftFile> {
    const { ms, intervalBytes = 32_768 } = objectOption('input', (input ?? {}) as HeapInput, [
      'ms',
      'intervalBytes',
    ]);
    const forMs = integerOption('ms', ms, LIMITS.ms);
    const samplingInterval = integerOption('intervalBytes', intervalBytes, LIMITS.intervalBytes);
    return this.#run('heap profile', 'heapprofile', async (session, wait) => {
      await session.post('HeapProfiler.enable');
      await session.post('HeapProfiler.startSampling', { samplingInterval });
      await wait(forMs);
      const { profile } = await session.post('HeapProfiler.stopSampling');
      return JSON.stringify(profile);
    });
  }

  /** Stops the running profile early; its samples so far are kept. */
  cancel(): { wasRunning: boolean } {
    const { kind } = this.#state;
    if (this.#state.kind === 'RUNNING') this.#state.stop();
    return { wasRunning: kind === 'RUNNING' };
  }

  async #run(
    what: string,
    extension: string,
    take: (session: Session, wait: (ms: number) => Promise<void>) => Promise<string>,
  ): Promise<LeftFile> {
    if (this.#state.kind === 'RUNNING') throw new Error(`A ${this.#state.what} is being taken`);
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    this.#state = { kind: 'RUNNING', what, stop };
    const session = new Session();
    try {
      session.connect();
      const text = await take(session, (ms) => untilStopped(stopped, ms));
      return await leaveFile(extension, text);
    } finally {
      // An attached session would keep the process from ending.
      session.disconnect();
      this.#state = IDLE;
    }
  }
}

interface CpuInput {
  ms?: unknown;
  intervalUs?: unknown;
}

interface HeapInput {
  ms?: unknown;
  intervalBytes?: unknown;
}

async function untilStopped(stopped: Promise<void>, ms: number): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms).unref();
  await Promise.race([stopped, over]);
  clearTimeout(timer);
}
