import { toError } from '../../common/errors/to-error.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import { currentScope } from '../../context/context-scope.ts';
import { storage } from '../../context/storage.ts';
import { MAX_TEXT_LENGTH } from '../protocol/control-messages.ts';

export interface CrashActions {
  /** Called with the first uncaught error as readable text. */
  onCrash: (reason: string) => void;
  /** Called when errors keep coming: the process can't be trusted to drain well. */
  onTooMany: () => void;
}

/** Uncaught errors that are logged before the process ends. */
const MAX_CRASHES = 20;

/**
 * Logs uncaught errors with the request they belong to, and answers that request. The process goes
 * on so that other requests can finish, but should get no new ones.
 */
export function watchCrashes({ onCrash, onTooMany }: CrashActions): void {
  let crashes = 0;
  process.on('uncaughtException', (error: unknown, origin) => {
    crashes++;
    const what = origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception';
    log(error, what);
    if (crashes === 1) {
      const reason = processRedactor().text(`${what}: ${String(error)}`);
      onCrash(reason.slice(0, MAX_TEXT_LENGTH));
    }
    if (crashes >= MAX_CRASHES) onTooMany();
    // Node calls this handler in the async context of the error.
    storage.getStore()?.crash();
  });
}

function log(error: unknown, what: string): void {
  const err = toError(error);
  const { log: logger } = storage.getStore() ?? currentScope();
  logger.error({ context: 'crash', err }, what);
}
