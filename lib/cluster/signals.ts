import { isOnTerminal } from '../common/process/started-by.ts';

export interface SignalActions {
  /** Ends without losing a request. */
  drain: (signal: NodeJS.Signals) => void;
  /** Replaces all workers with the code on disk. */
  reload: () => void;
  /** Replaces this process. */
  upgrade: () => void;
  /** Ends at once with an exit code. */
  end: (code: number) => void;
}

type SignalHandler = (signal: NodeJS.Signals) => void;

/** Registers our handlers, to keep them apart from other code's. */
export interface SignalRegistry {
  on(signal: NodeJS.Signals, handler: SignalHandler): void;
  off(signal: NodeJS.Signals, handler: SignalHandler): void;
}

/**
 * Signals this close together count as one: a terminal signals every process of its group, and
 * npm forwards to its child what the terminal has already sent.
 */
export const SAME_SIGNAL_MS = 200;

/** Exit codes of processes ended by signals, by shell convention. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
};

/** Creates a signal handler: the first signal drains, the next one ends at once. */
export function drainThenEnd({ drain, end }: Pick<SignalActions, 'drain' | 'end'>): SignalHandler {
  let firstAt: number | undefined;
  return (signal) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      return drain(signal);
    }
    if (performance.now() - firstAt > SAME_SIGNAL_MS) end(EXIT_CODES[signal] ?? 1);
  };
}

/**
 * INT, TERM and QUIT drain, a second one ends at once. HUP drains if started on a terminal, because the
 * terminal is gone; otherwise it reloads. USR2 upgrades.
 *
 * @returns stops listening
 */
export function listenToSignals(
  { drain, reload, upgrade, end }: SignalActions,
  registry: SignalRegistry,
): () => void {
  const stop = drainThenEnd({ drain, end });
  const handlers: [NodeJS.Signals, SignalHandler][] = [
    ['SIGINT', stop],
    ['SIGTERM', stop],
    ['SIGQUIT', stop],
    ['SIGHUP', isOnTerminal() ? stop : reload],
    ['SIGUSR2', upgrade],
  ];
  for (const [signal, handler] of handlers) registry.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) registry.off(signal, handler);
  };
}
