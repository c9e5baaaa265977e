import { isOnTerminal } from './started-by.ts';

export interface SignalActions {
  /** End without losing a request. */
  drain: (signal: NodeJS.Signals) => void;
  /** Replace all workers by the code on disk. */
  reload: () => void;
  /** Replace this process by a new one. */
  upgrade: () => void;
  /** End at once, with this exit code. */
  end: (code: number) => void;
}

type SignalHandler = (signal: NodeJS.Signals) => void;

/** Where handlers of ours are told from those of others. */
export interface SignalRegistry {
  on(signal: NodeJS.Signals, handler: SignalHandler): void;
  off(signal: NodeJS.Signals, handler: SignalHandler): void;
}

/**
 * Signals that come this close together are one: a terminal signals every process of its group,
 * and npm passes on to its child what the child got from the terminal already.
 */
export const SAME_SIGNAL_MS = 200;

/** Codes of a process that a signal ends, as shells tell them. */
const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

/** A handler of signals: the first one drains, a later one that is not the same ends at once. */
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
 * INT and TERM drain, a second one ends at once. HUP drains when started on a terminal, because
 * the terminal is gone; elsewhere it reloads. USR2 upgrades.
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
    ['SIGHUP', isOnTerminal() ? stop : reload],
    ['SIGUSR2', upgrade],
  ];
  for (const [signal, handler] of handlers) registry.on(signal, handler);
  return () => {
    for (const [signal, handler] of handlers) registry.off(signal, handler);
  };
}
