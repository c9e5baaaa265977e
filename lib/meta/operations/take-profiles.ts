import { QueryError } from '../meta.errors.ts';
import type { Job } from './operation.ts';

/** Profile that a worker left as a file. */
export interface TakenProfile {
  worker: number;
  file: string;
}

const MOST_SECONDS = 60;

/** Time for starting and writing, besides the measurement. */
const MARGIN_MS = 20_000;

/** Takes profiles in one worker or all, at the same time. */
export async function takeProfiles(name: string, job: Job): Promise<TakenProfile[]> {
  const { input, reports, signal } = job;
  const seconds = Number(input['seconds']);
  if (!(seconds >= 1 && seconds <= MOST_SECONDS)) {
    throw new QueryError(`seconds must be from 1 to ${MOST_SECONDS}`);
  }
  const worker = input['worker'] === undefined ? undefined : Number(input['worker']);
  signal.addEventListener('abort', () => {
    void reports.run('profile.cancel', {}, { worker }).catch(() => undefined);
  });
  job.progress(`measuring for ${seconds} s`);
  const ms = Math.round(seconds * 1_000);
  const timeoutMs = ms + MARGIN_MS;
  const taken = await reports.run<{ file: string }>(name, { ms }, { worker, timeoutMs });
  const { data, outcomes } = taken;
  job.carriedOut(outcomes);
  job.progress('merging');
  return data.map(({ worker: id, value }) => ({ worker: id, file: value.file }));
}
