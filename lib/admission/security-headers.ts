import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';

/** Headers for browsers that apply to any answer; none depends on the caller. */
const NAMES = [
  'content-security-policy',
  'content-security-policy-report-only',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'origin-agent-cluster',
  'permissions-policy',
  'referrer-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
] as const;

/** Headers without which a browser shows its page no answer of another origin. */
const CORS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'vary',
] as const;

/** Statuses of refusals. */
const REFUSED: ReadonlySet<number> = new Set([408, 413, 429, 503, 504]);

/** Origins whose headers are kept. */
const MAX_ORIGINS = 100;

type Headers = readonly (readonly [name: string, value: string | number])[];

/**
 * Adds the application's security headers (helmet) and those of CORS to refusals. The hooks that set
 * them run after admission and may cost as much as a served request, so they are copied from an
 * answer now and then; those of CORS from an answer to the same origin.
 */
export class SecurityHeaders {
  #learned: Headers = [];
  /** Headers of CORS by origin; none: not known yet. */
  readonly #byOrigin = new Map<string, Headers>();
  #isDue = true;

  /** Makes the next requests refresh the copies. */
  expire(): void {
    this.#isDue = true;
    if (this.#byOrigin.size < MAX_ORIGINS) return;
    // Invented origins make room; what is known of one that is allowed stands.
    for (const origin of this.#byOrigin.keys()) this.#forget(origin);
    if (this.#byOrigin.size >= MAX_ORIGINS) this.#byOrigin.clear();
  }

  /** Learns from this request if a refresh is due, or its origin is not known. */
  watch({ raw }: HookRequest, reply: HookReply): void {
    const { origin } = raw.headers;
    const isNew = origin !== undefined && this.#isNew(origin);
    if (!this.#isDue && !isNew) return;
    this.#isDue = false;
    if (origin !== undefined && isNew) this.#byOrigin.set(origin, []);
    // Most hooks have run by then, and the first answer may take long.
    setImmediate(() => this.#learn(reply, origin));
    reply.raw.on('close', () => this.#learn(reply, origin));
  }

  /** Adds the headers to a refusal; keeps those already set. */
  applyTo(reply: HookReply, { raw }: HookRequest): void {
    const { origin } = raw.headers;
    const ofCors = origin === undefined ? undefined : this.#byOrigin.get(origin);
    for (const [name, value] of [...this.#learned, ...(ofCors ?? [])]) {
      if (reply.getHeader?.(name) === undefined) reply.header(name, value);
    }
  }

  /** Forgets an origin of which nothing is known. */
  #forget(origin: string): void {
    if (this.#byOrigin.get(origin)?.length === 0) this.#byOrigin.delete(origin);
  }

  #isNew(origin: string): boolean {
    return !this.#byOrigin.has(origin) && this.#byOrigin.size < MAX_ORIGINS;
  }

  #learn(reply: HookReply, origin: string | undefined): void {
    const found = headersOf(reply, NAMES);
    // It may have been answered before the hooks that set headers.
    if (found.length > 0) this.#learned = found;
    if (origin === undefined) return;
    if (reply.getHeader?.(CORS[0]) !== undefined)
      this.#byOrigin.set(origin, headersOf(reply, CORS));
    // A refusal says nothing about the origin: the next request does.
    else if (REFUSED.has(reply.raw.statusCode)) this.#forget(origin);
  }
}

function headersOf(reply: HookReply, names: readonly string[]): Headers {
  return names.flatMap((name): [string, string | number][] => {
    const value = reply.getHeader?.(name);
    return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
  });
}
