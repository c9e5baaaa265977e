import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What of a request the hooks need, as Fastify has it. */
export interface HookRequest {
  readonly raw: Pick<IncomingMessage, 'headers' | 'method' | 'url'>;
  readonly routeOptions?:
    | { readonly url?: string | undefined; readonly config?: unknown }
    | undefined;
}

/** What of Node's response, HTTP/1 or HTTP/2, the hooks need. */
export interface HookResponse {
  readonly headersSent: boolean;
  readonly statusCode: number;
  readonly writableFinished: boolean;
  readonly writableEnded: boolean;
  /** HTTP/2 does not tell. */
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  /** Null while another answer comes first on the same connection. */
  readonly socket?: object | null;
  /** Of light-my-request, Fastify's `inject()`: an answer without a socket, which never counts as sent. */
  readonly isLightMyRequest?: boolean;
  /** Of HTTP/2: an answer to a stream that was reset never counts as ended. */
  readonly stream?: { readonly destroyed: boolean };
  getHeader(name: string): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** What of a reply the hooks need, as Fastify has it. */
export interface HookReply {
  readonly raw: HookResponse;
  /** Of Fastify's. */
  readonly request?: unknown;
  readonly sent: boolean;
  header(name: string, value: string | number): unknown;
  getHeader?(name: string): unknown;
  code(status: number): unknown;
  type(contentType: string): unknown;
  send(payload?: unknown): unknown;
}

/** A request that was answered. */
export interface AnsweredRequest extends Pick<HookRequest, 'raw' | 'routeOptions'> {
  readonly method: string;
  readonly ip: string;
}

/** The answer that was sent. */
export interface SentAnswer {
  readonly statusCode: number;
  /** From the start of the request to the end of its answer, in milliseconds. */
  readonly elapsedTime: number;
}

export type ResponseListener = (request: AnsweredRequest, answer: SentAnswer) => void;

/** Runs before everything of Nest; the request goes on when it calls `done`. */
export type RequestHook = (
  request: HookRequest,
  reply: HookReply,
  done: (error?: Error) => void,
) => void;

/** Runs before the listeners of an upgrade, which go on when it calls `done`. */
export type UpgradeHook = (request: IncomingMessage, socket: Duplex, done: () => void) => void;

/**
 * The places that our adapter keeps free for features: context first, then admission, then
 * everything of Nest.
 */
export interface RequestHooks {
  context?: RequestHook;
  admission?: RequestHook;
  upgradeContext?: UpgradeHook;
  upgradeAdmission?: UpgradeHook;
  /** Nest's handler of errors: the global filters. Absent until Nest has set it. */
  onError?: (error: Error, request: unknown, reply: unknown) => unknown;
}

const HOOKS = Symbol.for('nestjs-buttress.hooks');

/** The places of an adapter; undefined when the adapter is not ours. */
export function requestHooksOf(adapter: object): RequestHooks | undefined {
  return (adapter as { [HOOKS]?: RequestHooks })[HOOKS];
}

/** Gives an adapter its places. */
export function reserveRequestHooks(adapter: object): RequestHooks {
  const hooks: RequestHooks = {};
  Object.defineProperty(adapter, HOOKS, { value: hooks });
  return hooks;
}
