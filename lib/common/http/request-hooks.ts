import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { RoutedRequest } from './route-of.ts';

/** The part of a Fastify request that hooks use. */
export interface HookRequest extends RoutedRequest {
  readonly raw: Pick<IncomingMessage, 'headers' | 'method' | 'url'>;
}

/** The part of Node's HTTP/1 or HTTP/2 response that hooks use. */
export interface HookResponse {
  readonly headersSent: boolean;
  readonly statusCode: number;
  readonly writableFinished: boolean;
  readonly writableEnded: boolean;
  /** Absent in HTTP/2. */
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  /** Null while an earlier response on the same connection is pending. */
  readonly socket?: object | null;
  /** Set by light-my-request, Fastify's `inject()`: has no socket and never counts as sent. */
  readonly isLightMyRequest?: boolean;
  /** HTTP/2 only: a response to a reset stream never counts as ended. */
  readonly stream?: { readonly destroyed: boolean };
  getHeader(name: string): unknown;
  end(...args: unknown[]): unknown;
  /** `prefinish`: the whole answer has been given to the connection. */
  on(event: 'close' | 'prefinish', listener: () => void): unknown;
}

/** The part of a Fastify reply that hooks use. */
export interface HookReply {
  readonly raw: HookResponse;
  /** Fastify only. */
  readonly request?: unknown;
  readonly sent: boolean;
  header(name: string, value: string | number): unknown;
  getHeader?(name: string): unknown;
  code(status: number): unknown;
  type(contentType: string): unknown;
  send(payload?: unknown): unknown;
  /** Express only: drops what the application answers after this. */
  dropLater?(): void;
}

export interface AnsweredRequest extends Pick<HookRequest, 'raw' | 'routeOptions'> {
  readonly method: string;
  readonly ip: string;
}

export interface SentAnswer {
  readonly statusCode: number;
  /** Milliseconds from the start of the request to the end of its answer. */
  readonly elapsedTime: number;
}

export type ResponseListener = (request: AnsweredRequest, answer: SentAnswer) => void;

/** Runs before all of Nest; the request continues when it calls `done`. */
export type RequestHook = (
  request: HookRequest,
  reply: HookReply,
  done: (error?: Error) => void,
) => void;

/** Runs before upgrade listeners, which continue when it calls `done`. */
export type UpgradeHook = (request: IncomingMessage, socket: Duplex, done: () => void) => void;

/**
 * Hooks that our adapter reserves for features; they run before all of Nest, context before
 * admission.
 */
export interface RequestHooks {
  context?: RequestHook;
  admission?: RequestHook;
  upgradeContext?: UpgradeHook;
  upgradeAdmission?: UpgradeHook;
  /** Nest's error handler with the global filters; absent until Nest has set it. */
  onError?: (error: Error, request: unknown, reply: unknown) => unknown;
}

const HOOKS = Symbol.for('nestjs-buttress.hooks');

/** Hooks of an adapter; undefined if the adapter is not ours. */
export function requestHooksOf(adapter: object): RequestHooks | undefined {
  return (adapter as { [HOOKS]?: RequestHooks })[HOOKS];
}

/** Adds empty hooks to an adapter. */
export function reserveRequestHooks(adapter: object): RequestHooks {
  const hooks: RequestHooks = {};
  Object.defineProperty(adapter, HOOKS, { value: hooks });
  return hooks;
}
