import type { IncomingMessage } from 'node:http';

import type { HookRequest } from '../common/http/request-hooks.ts';
import type { AdmissionRequest } from './admission.options.ts';

/** Request as Node passes it; also an upgrade. */
export type RawRequest = HookRequest['raw'] & Partial<Pick<IncomingMessage, 'socket'>>;

/** Whether this is a CORS preflight of a browser. */
export function isPreflight({ raw }: HookRequest): boolean {
  const { method, headers } = raw;
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
  // A browser's preflight has an origin and no body.
  const { origin, 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return origin !== undefined && length === '0' && coding === undefined;
}

/** Builds the view that functions of the application receive. */
export function viewOf({ method = '', url = '', headers, socket }: RawRequest): AdmissionRequest {
  return { method, url, headers, remoteAddress: socket?.remoteAddress ?? '' };
}
