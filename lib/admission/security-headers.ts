import type { HookReply } from '../common/request-hooks.ts';

/** Headers that say how browsers are to treat any answer; none tells of a caller. */
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
 * Gives refusals the headers that the application sets for security, as helmet does. What sets them
 * comes after admission, and is not run for a refused request, because it may cost as much as a
 * served one; so they are learned from a request now and then.
 */
export class SecurityHeaders {
  #learned: [string, string | number][] = [];
  #isDue = true;

  /** The next request is to be learned from. */
  expire(): void {
    this.#isDue = true;
  }

  /** A request comes that may be learned from. */
  watch(reply: HookReply): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    // Most hooks have run by then, and the first answer may take long.
    setImmediate(() => this.#learn(reply));
    reply.raw.on('close', () => this.#learn(reply));
  }

  /** Adds them to a refusal. What it has already stays. */
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
    // It may have been answered before the hooks that set them.
    if (found.length > 0) this.#learned = found;
  }
}
