import type { Sentinel, SentinelOptions } from '../../lib/cluster/sentinel/sentinel.ts';

/** Time between two signs of the loop. */
const SIGN_MS = 100;

/** Long enough for a stack. */
const BLOCK_MS = 1_000;

const { startSentinel } = await built<{ startSentinel: (options: SentinelOptions) => Sentinel }>(
  'cluster/sentinel/sentinel',
);
const { processReports } = await built<{ processReports: () => SentinelOptions['reports'] }>(
  'reports/process-reports',
);

/** A process that starts a sentinel, and blocks its loop, when it is told. */
process.once('disconnect', () => process.exit(0));

const steps: Record<string, () => void> = {
  collect: () => {
    // Several drop code, too, that was not run since: the first reading would have it alone.
    for (let round = 0; round < 8; round++) {
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    }
  },
  prepare: () => undefined,
  start: () => {
    const sentinel = startSentinel({
      primary: process.ppid,
      blockedLoop: { thresholdMs: 50, minIntervalMs: 1_000 },
      reports: processReports(),
      worker: 1,
    });
    sentinel.watchLoop((give) => {
      const sign = (): void => give(SIGN_MS);
      sign();
      setInterval(sign, SIGN_MS);
    });
  },
  load: () => {
    const endsAt = performance.now() + BLOCK_MS;
    while (performance.now() < endsAt);
  },
};

process.on('message', (step: string) => {
  steps[step]?.();
  process.send?.(step);
});
process.send?.('ready');

/** What is built: threads run no sources. */
function built<T>(path: string): Promise<T> {
  return import(new URL(`../../dist/${path}.js`, import.meta.url).href) as Promise<T>;
}
