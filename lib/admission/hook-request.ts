import type { IncomingMessage } from 'node:http';

import type { HookRequest } from '../common/request-hooks.ts';
import type { AdmissionRequest } from './admission.options.ts';

/** A request as Node gives it; an upgrade is one too. */
export type RawRequest = HookRequest['raw'] & Partial<Pick<IncomingMessage, 'socket'>>;

/** Fastify's configuration of its route. */
export function configOf({ routeOptions }: HookRequest): object | undefined {
  return routeOptions?.config ?? undefined;
}

/** Whether a browser asks what another origin may do. */
export function isPreflight({ raw }: HookRequest): boolean {
  const { method, headers } = raw;
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  // A browser's has an origin and no body.
  const { origin, 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return origin !== undefined && length === '0' && coding === undefined;
}

/** What functions of the application get to see. */
export function viewOf({ method = '', url = '', headers, socket }: RawRequest): AdmissionRequest {
  return { method, url, headers, remoteAddress: socket?.remoteAddress ?? '' };
}
