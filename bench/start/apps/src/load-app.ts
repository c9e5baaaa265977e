/** An application of the bench or the sample, as a worker of a Group runs it. */
type App = (runtime: { mode: 'group' }) => Promise<unknown>;

interface Lifecycle {
  processLifecycle: () => { identify: (identity: object) => void };
}

/** The built package; not one of its exports, because no application needs it. */
const LIFECYCLE = new URL('../../../../dist/common/lifecycle.js', import.meta.url).href;

/**
 * Boots the application that `APP` names, without a Group. Its pools of threads have the size that
 * they have in a group of as many workers: else the peer would boot more threads than we do.
 */
export async function bootApp(): Promise<void> {
  const { processLifecycle } = (await import(LIFECYCLE)) as Lifecycle;
  const workers = Number(process.env['POOLS_OF'] ?? process.env['WORKERS']);
  processLifecycle().identify({ mode: 'single', worker: 0, slot: 0, workers });
  const { default: app } = (await import(process.env['APP'] ?? '')) as { default: App };
  await app({ mode: 'group' });
}
