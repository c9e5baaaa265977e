import { randomUUID } from 'node:crypto';

import { DAY_MS } from '../common/clock.ts';
import { wrongType } from '../common/options/checks.ts';
import { featureOptions } from '../common/options/feature-options.ts';
import { derived, type Kind, option, optional } from '../common/options/kind.ts';
import {
  flag,
  fraction,
  headerName,
  listOf,
  orFalse,
  text,
  whole,
} from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

/** Header with a caller's remaining time, read and sent unless an option names another. */
export const DEADLINE_HEADER = 'x-request-timeout-ms';

export const deadlineOptions = optionGroup({
  /** Time allowed for a request; `false`: no deadline. */
  defaultMs: option(orFalse(whole({ min: 1, max: DAY_MS }), Infinity), 30_000),
  /**
   * Header with the caller's remaining time, in whole milliseconds; the smaller of it and the
   * default applies. `false`: ignore callers.
   */
  header: option(orFalse(headerName, undefined), DEADLINE_HEADER),
});

/** Time that a request may take. */
export interface DeadlineOptions extends GivenOf<typeof deadlineOptions> {}

export const contextOptions = optionGroup({
  deadline: option(deadlineOptions, {}),
  /** Header that carries the request's id in both directions. */
  idHeader: option(headerName, 'x-request-id'),
  /** Names of baggage entries to accept from callers and pass on. */
  baggage: option(listOf(text, 'a list of names'), []),
});

/** Options of `ContextModule`. */
export interface ContextModuleOptions extends GivenOf<typeof contextOptions> {}

export interface ResolvedContextOptions extends Omit<ResolvedOf<typeof contextOptions>, 'baggage'> {
  readonly baggage: ReadonlySet<string>;
}

export const CONTEXT_OPTIONS = featureOptions(
  'context',
  contextOptions,
  ({ baggage, ...rest }): ResolvedContextOptions =>
    Object.freeze({ ...rest, baggage: new Set(baggage) }),
);

/** A header of a message: what a caller sent, which may be empty. */
const header: Kind<string> = {
  accepts: 'header',
  check(name, given) {
    if (typeof given === 'string') return given;
    throw wrongType(name, 'a string', given);
  },
};

export const contextRunOptions = optionGroup({
  /** Id of the request, as in its log records. */
  id: option(
    text,
    derived('a random UUID', () => randomUUID()),
  ),
  /** Time allowed; within a request at most the time that it has left. */
  deadlineMs: option(
    fraction({ min: 0, max: Infinity }),
    derived('none', () => Infinity),
  ),
  /** Header `traceparent` of the message, whose trace it continues. */
  traceparent: optional(header),
  /** Header `tracestate` of the message. */
  tracestate: optional(header),
  /** Header `baggage` of the message. */
  baggage: optional(header),
});

/** Options of a context that is entered without an HTTP request. */
export interface ContextRunOptions extends GivenOf<typeof contextRunOptions> {}

export const contextKeyOptions = optionGroup({
  /** Whether the value is sent to pool threads and on outgoing calls; it must then be plain data. */
  broadcast: option(flag, false),
});

/** Options of `ContextKey`. */
export interface ContextKeyOptions extends GivenOf<typeof contextKeyOptions> {}
