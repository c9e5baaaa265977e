import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';
import type { ManagedContext } from './managed-context.ts';

/** Called with a request and its context. */
export type RequestListener = (
  context: ManagedContext,
  request: HookRequest,
  reply: HookReply,
) => void;

/** Request data that outlives the HTTP/2 stream. */
export interface KeptRequest {
  readonly context: ManagedContext;
  /** Client address as reported by Fastify. */
  readonly ip: string | undefined;
}

/** Start and end of an application's requests, for the features that follow them. */
export class RequestEvents {
  readonly #enterListeners = new Set<RequestListener>();
  readonly #goneListeners = new Set<RequestListener>();
  /** HTTP/2 requests: their last hooks run after the stream, outside the context. */
  readonly #kept = new WeakMap<object, KeptRequest>();

  /** Calls `listener` when a request gets its context. The returned function removes it. */
  onEnter(listener: RequestListener): () => void {
    this.#enterListeners.add(listener);
    return () => void this.#enterListeners.delete(listener);
  }

  /**
   * Calls `listener` when a client leaves before its answer is complete. The returned function
   * removes it.
   */
  onClientGone(listener: RequestListener): () => void {
    this.#goneListeners.add(listener);
    return () => void this.#goneListeners.delete(listener);
  }

  /** Reports a request that has its context. */
  entered(context: ManagedContext, request: HookRequest, reply: HookReply): void {
    if (reply.raw.stream !== undefined) this.#keep(request, context);
    for (const listener of this.#enterListeners) listener(context, request, reply);
  }

  /** Reports a client that has left. */
  clientGone(context: ManagedContext, request: HookRequest, reply: HookReply): void {
    for (const listener of this.#goneListeners) listener(context, request, reply);
  }

  /** Kept data of a request; undefined over HTTP/1. */
  keptOf(request: Pick<HookRequest, 'raw'>): KeptRequest | undefined {
    return this.#kept.get(request.raw);
  }

  #keep(request: HookRequest & { readonly ip?: string }, context: ManagedContext): void {
    this.#kept.set(request.raw, { context, ip: request.ip });
  }
}
