import { STATUS_CODES } from 'node:http';

import type { ButtressError } from './buttress.error.ts';

/** The body of a refusal: problem details (RFC 9457) of the type `about:blank`. */
export interface Problem {
  /** What the status is called. */
  title: string;
  status: number;
  /** What is wrong, for people. */
  detail: string;
  /** The `code` of docs/errors.md; absent for errors that are not ours. */
  code?: string;
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** A problem whose title is its status's; without a detail of its own the title says all. */
export function problem({
  status,
  detail,
  code,
}: {
  status: number;
  detail?: string;
  code?: string;
}): Problem {
  const title = STATUS_CODES[status] ?? 'Unknown Error';
  return { title, status, detail: detail ?? title, ...(code === undefined ? {} : { code }) };
}

/** The same as JSON. */
export function problemText(parts: Parameters<typeof problem>[0]): string {
  return JSON.stringify(problem(parts));
}

/** An error of ours, as its caller is told: of what is inside, the code alone. */
export function problemOf({ statusCode, message, code, expose }: ButtressError): Problem {
  return problem({
    status: statusCode ?? 500,
    code,
    ...(expose === true ? { detail: message } : {}),
  });
}
