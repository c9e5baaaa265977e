import type { ForeignHandlers } from '../foreign-handlers.ts';
import { SAME_SIGNAL_MS } from '../signals.ts';

/**
 * Holds signals back while an application starts that already serves: ending at once would cut its
 * requests. Before it listens, a signal does what it does without us.
 *
 * @returns `end` stops that and gives the signal that came, if any
 */
export function holdSignals(
  signals: readonly NodeJS.Signals[],
  foreign: ForeignHandlers,
  isServing: () => boolean,
): { end: () => NodeJS.Signals | undefined } {
  let held: NodeJS.Signals | undefined;
  let heldAt = -Infinity;
  const end = (): NodeJS.Signals | undefined => {
    for (const signal of signals) foreign.off(signal, handler);
    return held;
  };
  const handler = (signal: NodeJS.Signals): void => {
    if (held === undefined && isServing()) {
      held = signal;
      heldAt = performance.now();
      return;
    }
    if (performance.now() - heldAt <= SAME_SIGNAL_MS) return;
    end();
    foreign.restore();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) foreign.on(signal, handler);
  // Handlers that close the application or exit at a signal would cut requests in flight.
  foreign.park();
  return { end };
}
