import type { ButtressError } from '../errors/buttress.error.ts';
import { nodeHttp } from './node-http.ts';

/** Body of an error response: problem details (RFC 9457) of type `about:blank`. */
export interface ProblemDetails {
  /** Status text. */
  title: string;
  status: number;
  /** Human-readable explanation. */
  detail: string;
  /** Code from docs/errors.md; absent for errors that are not ours. */
  code?: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** Builds a problem titled by its status; `detail` defaults to the title. */
export function problem({
  status,
  detail,
  code,
}: {
  status: number;
  detail?: string;
  code?: string;
}): ProblemDetails {
  const title = nodeHttp.STATUS_CODES[status] ?? 'Unknown Error';
  return { title, status, detail: detail ?? title, ...(code === undefined ? {} : { code }) };
}

/** Builds a problem as JSON. */
export function problemText(parts: Parameters<typeof problem>[0]): string {
  return JSON.stringify(problem(parts));
}

/** Builds the problem of an error of ours; for internal errors it contains only the code. */
export function problemOf({ statusCode, message, code, expose }: ButtressError): ProblemDetails {
  return problem({
    status: statusCode ?? 500,
    code,
    ...(expose === true ? { detail: message } : {}),
  });
}
