import type { HookReply } from '../common/request-hooks.ts';

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

/**
 * Adds the application's security headers (helmet) to refusals. The hooks that set them run after
 * admission and may cost as much as a served request, so they are copied from an answer now and
 * then.
 */
export class SecurityHeaders {
  #learned: [string, string | number][] = [];
  #isDue = true;

  /** Makes the next request refresh the copy. */
  expire(): void {
    this.#isDue = true;
  }

  /** Learns from this request if a refresh is due. */
  watch(reply: HookReply): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    // Most hooks have run by then, and the first answer may take long.
    setImmediate(() => this.#learn(reply));
    reply.raw.on('close', () => this.#learn(reply));
  }

  /** Adds the headers to a refusal; keeps those already set. */
  applyTo(reply: HookReply): void {
    for (const [name, value] of this.#learned) {
      if (reply.getHeader?.(name) === undefined) reply.header(name, value);
    }
  }

  #learn(reply: HookReply): void {
    const found = NAMES.flatMap((name): [string, string | number][] => {
      const value = reply.getHeader?.(name);
      return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
    });
    // It may have been answered before the hooks that set headers.
    if (found.length > 0) this.#learned = found;
  }
}
