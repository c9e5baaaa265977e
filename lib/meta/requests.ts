import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Visitor } from './access.ts';
import { AccessError } from './meta.errors.ts';
import { type Representation, representationOf } from './negotiate.ts';

/** Visitors of the requests that the guard has admitted. */
const visitors = new WeakMap<object, Visitor>();

export function admitAs(request: FastifyRequest, visitor: Visitor): void {
  visitors.set(request.raw, visitor);
}

export function knownVisitor(request: FastifyRequest): Visitor | undefined {
  return visitors.get(request.raw);
}

/** @throws AccessError for a request that no guard has seen */
export function visitorOf(request: FastifyRequest): Visitor {
  const visitor = knownVisitor(request);
  if (visitor === undefined) throw new AccessError('Authentication required', 401);
  return visitor;
}

/** Path of a request, without its query. */
export function pathOfRequest({ raw }: FastifyRequest): string {
  const url = raw.url ?? '/';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Query parameters, the first of each name. */
export function queryOf({ query }: FastifyRequest): Record<string, string> {
  const entries = Object.entries((query ?? {}) as Record<string, unknown>).flatMap(
    ([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [[name, first] as const] : [];
    },
  );
  return Object.fromEntries(entries);
}

/** Id of the requested worker in a checked query; undefined: all. */
export function workerIdOf({ worker }: Readonly<Record<string, string>>): number | undefined {
  return worker === undefined || worker === 'all' ? undefined : Number(worker);
}

/** Format that a request asks for. */
export function wishedOf(request: FastifyRequest, isData: boolean): Representation {
  const { format } = queryOf(request);
  return representationOf({ isData, format, accept: request.headers.accept });
}

/** Maximum length of a text in a JSON answer, in characters. */
const MAX_TEXT = 20_000;

/** Sends plain data with long texts truncated. */
export function sendJson(reply: FastifyReply, data: unknown): void {
  void reply.type('application/json; charset=utf-8').header('vary', 'accept');
  void reply.send(jsonText(data));
}

/** JSON on one line, with long texts truncated. */
export function jsonText(data: unknown): string {
  return JSON.stringify(data, cut);
}

function cut(_name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= MAX_TEXT) return value;
  return `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`;
}
