import { currentScope } from '../../context/context-scope.ts';
import { storage } from '../../context/storage.ts';
import { MAX_TEXT_LENGTH } from '../protocol/control-messages.ts';

export interface CrashActions {
  /** Called with the first error that reached nobody, in words. */
  onCrash: (reason: string) => void;
  /** They keep coming: what goes on here can't be trusted to end well. */
  onTooMany: () => void;
}

/** Errors of one process that are logged; then it ends. */
const MAX_CRASHES = 20;

/**
 * Logs errors that reached nobody, with the request they belong to, and answers that request. The
 * process goes on so that other requests can finish; it is not to be trusted with new ones.
 */
export function watchCrashes({ onCrash, onTooMany }: CrashActions): void {
  let crashes = 0;
  process.on('uncaughtException', (error: unknown, origin) => {
    crashes++;
    const what = origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception';
    log(error, what);
    if (crashes === 1) onCrash(`${what}: ${String(error)}`.slice(0, MAX_TEXT_LENGTH));
    if (crashes >= MAX_CRASHES) onTooMany();
    // Node calls this in the context in which the error was thrown.
    storage.getStore()?.crash();
  });
}

function log(error: unknown, what: string): void {
  const err = error instanceof Error ? error : new Error(String(error));
  const { log: logger } = storage.getStore() ?? currentScope();
  logger.error({ context: 'crash', err }, what);
}
