import { type ButtressError, isButtressError } from '../errors/buttress.error.ts';
import { processWide } from '../process/process-wide.ts';

/** Receives errors, as Nest's log would. */
export interface ErrorLog {
  error(error: unknown): void;
}

/** Adds a field to the access record of the present request. Returns false without a request. */
export type NoteOfRequest = (name: string, value: string) => boolean;

const notes = processWide<{ note: NoteOfRequest }>('notes', () => ({ note: () => false }));

/** Sets how errors are noted. The context calls it, as this folder must not import it. */
export function noteErrorsWith(note: NoteOfRequest): void {
  notes().note = note;
}

/** Codes of requests that their caller ended, by a deadline or by leaving. */
const CALLERS: ReadonlySet<string> = new Set([
  'ERR_BUTTRESS_CONTEXT_DEADLINE',
  'ERR_BUTTRESS_CONTEXT_CLIENT_GONE',
]);

/**
 * Records an error that answers an HTTP request. Refusals come at the rate of an overload, and
 * their stacks show nothing: they only have their code in the access record.
 *
 * @param ours the error among the causes of `error` that sets the answer
 */
export function recordAnswered(error: unknown, ours: ButtressError, log: ErrorLog): void {
  if (!isRefusal(ours) || !notes().note('errorCode', ours.code)) log.error(error);
}

/** Whether an error says only that there was no room or no time, not that something is broken. */
export function isRefusal(error: ButtressError): boolean {
  if (isFault(error)) return false;
  // A socket's error takes its status from its cause.
  const reason = isButtressError(error.cause) ? error.cause : error;
  return !isFault(reason) && (reason.retryAfterMs !== undefined || CALLERS.has(reason.code));
}

/** What callers do not see must be in the log. Errors from threads have lost `expose`. */
function isFault({ code, expose }: ButtressError): boolean {
  return expose !== true || code.startsWith('ERR_BUTTRESS_CONNECTION_');
}
