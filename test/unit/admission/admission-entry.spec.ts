import { describe, expect, it } from 'vitest';

import { AbandonedWork } from '../../../lib/admission/abandoned-work.ts';
import { AdmissionEntry } from '../../../lib/admission/admission-entry.ts';
import { Bypass } from '../../../lib/admission/bypass.ts';
import { FixedLimiter } from '../../../lib/admission/limiter.ts';
import { ReconnectShare } from '../../../lib/admission/reconnect-share.ts';
import { Refusals } from '../../../lib/admission/refusals.ts';
import { RoutePlans } from '../../../lib/admission/route-plans.ts';
import { SecurityHeaders } from '../../../lib/admission/security-headers.ts';
import type {
  HookReply,
  HookRequest,
  HookResponse,
} from '../../../lib/common/http/request-hooks.ts';
import { open } from './gate-harness.ts';

/** A reply that keeps its headers. */
class NotedReply implements HookReply {
  readonly headers: Record<string, string | number> = {};
  readonly sent = false;
  status = 200;
  readonly raw: HookResponse = {
    headersSent: false,
    statusCode: 200,
    writableFinished: false,
    writableEnded: false,
    getHeader: () => undefined,
    end: () => undefined,
    on: () => undefined,
  };

  header(name: string, value: string | number): void {
    this.headers[name] = value;
  }

  code(status: number): void {
    this.status = status;
  }

  type(): void {}

  send(): void {}
}

/** One place, nobody may wait, and every connection that may end ends. */
function openEntry(httpVersionMajor = 1) {
  const { gate, loop } = open({ maxQueue: 0 });
  const share = new ReconnectShare(() => 0);
  const plans = new RoutePlans({
    limiter: () => new FixedLimiter(1),
    maxWaitMs: 500,
    acceptableWaitMs: 100,
    bypassPaths: new Set(),
    settingsOf: () => undefined,
    holdOf: () => ({ release() {}, retake() {}, outlive() {} }),
  });
  const retryAfter = { minMs: 1_000, maxMs: 3_000 };
  const headers = new SecurityHeaders();
  const filters = { catches: () => false, answer: () => undefined };
  const entry = new AdmissionEntry({
    gate,
    plans,
    free: undefined,
    bypass: new Bypass(16),
    refusals: new Refusals({ retryAfter, random: () => 0, filters, headers }),
    headers,
    abandoned: new AbandonedWork({ clock: loop.clock, onStuck: () => undefined }),
    bodies: undefined,
    priority: undefined,
    quota: undefined,
    memory: undefined,
    share,
    clock: loop.clock,
  });
  const come = (url: string): NotedReply => {
    const reply = new NotedReply();
    const raw = { headers: {}, method: 'GET', url, httpVersionMajor };
    const request: HookRequest = { raw, routeOptions: { url, config: configOf(url) } };
    entry.onRequest(request, reply, () => undefined);
    return reply;
  };
  return { come, loop };
}

const configs = new Map<string, object>();

/** Fastify's configuration of a route: the same object each time. */
function configOf(url: string): object {
  const known = configs.get(url) ?? { url, method: 'GET' };
  configs.set(url, known);
  return known;
}

describe('the connection of a request', () => {
  it('stays open while no request is refused', () => {
    const { come } = openEntry();
    expect(come('/a').headers).toEqual({});
  });

  it('closes after a share of the answers for a second after a refusal', () => {
    const { come, loop } = openEntry();
    come('/a');
    expect(come('/a')).toMatchObject({ status: 503, headers: { connection: 'close' } });
    loop.wait(900);
    expect(come('/b')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    loop.wait(100);
    expect(come('/c').headers).toEqual({});
  });

  it('stays open over HTTP/2, where one stream is refused', () => {
    const { come } = openEntry(2);
    come('/a');
    expect(come('/a')).toMatchObject({ status: 503, headers: { 'retry-after': 1 } });
    expect(come('/b').headers).toEqual({});
  });
});
