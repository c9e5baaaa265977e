import { describe, expect, it } from 'vitest';

import { SecurityHeaders } from '../../../lib/admission/security-headers.ts';
import type { HookReply, HookRequest } from '../../../lib/common/http/request-hooks.ts';

/** A reply with these headers, which ends when it is told to. */
function replyWith(
  given: Record<string, string>,
  statusCode = 200,
): {
  reply: HookReply;
  headers: Map<string, unknown>;
  close: () => void;
} {
  const headers = new Map<string, unknown>(Object.entries(given));
  const closing: (() => void)[] = [];
  const raw = {
    statusCode,
    on: (_event: string, listener: () => void) => closing.push(listener),
  };
  const reply = {
    raw,
    header: (name: string, value: unknown) => headers.set(name, value),
    getHeader: (name: string) => headers.get(name),
  };
  return {
    reply: reply as unknown as HookReply,
    headers,
    close: () => closing.forEach((listener) => listener()),
  };
}

/** A request from a page of this origin. */
function from(origin?: string): HookRequest {
  return { raw: { headers: origin === undefined ? {} : { origin } } };
}

function added(
  security: SecurityHeaders,
  given: Record<string, string> = {},
  origin?: string,
): object {
  const { reply, headers } = replyWith(given);
  security.applyTo(reply, from(origin));
  return Object.fromEntries(headers);
}

describe('SecurityHeaders', () => {
  it('adds the security headers of a served request to refusals, and nothing of its caller', () => {
    const security = new SecurityHeaders();
    const { reply, close } = replyWith({
      'x-frame-options': 'DENY',
      'set-cookie': 'session=1',
      'access-control-allow-origin': 'https://a.example',
      'x-request-id': '7',
    });
    security.watch(from(), reply);
    expect(added(security)).toEqual({});
    close();
    expect(added(security)).toEqual({ 'x-frame-options': 'DENY' });
  });

  it('keeps the headers that a refusal already has', () => {
    const security = new SecurityHeaders();
    const { reply, close } = replyWith({ 'x-frame-options': 'DENY' });
    security.watch(from(), reply);
    close();
    const own = { 'x-frame-options': 'SAMEORIGIN' };
    expect(added(security, own)).toEqual(own);
  });

  it('R23 adds the headers of CORS that an answer to the same origin had', () => {
    const security = new SecurityHeaders();
    const cors = { 'access-control-allow-origin': 'https://a.example', vary: 'Origin' };
    const answered = replyWith(cors);
    security.watch(from('https://a.example'), answered.reply);
    answered.close();
    const refused = replyWith({});
    security.watch(from('https://b.example'), refused.reply);
    refused.close();
    expect(added(security, {}, 'https://a.example')).toEqual(cors);
    expect(added(security, {}, 'https://b.example')).toEqual({});
    expect(added(security)).toEqual({});
  });

  it('R23 learns of an origin from its next answer if the first one was a refusal', () => {
    const security = new SecurityHeaders();
    const cors = { 'access-control-allow-origin': 'https://a.example' };
    for (const statusCode of [429, 408, 503]) {
      const refused = replyWith({}, statusCode);
      security.watch(from('https://a.example'), refused.reply);
      refused.close();
    }
    const answered = replyWith(cors);
    security.watch(from('https://a.example'), answered.reply);
    answered.close();
    expect(added(security, {}, 'https://a.example')).toEqual(cors);
  });

  it('R23 keeps what it knows of an origin when a client invents others', () => {
    const security = new SecurityHeaders();
    const cors = { 'access-control-allow-origin': 'https://a.example' };
    const answered = replyWith(cors);
    security.watch(from('https://a.example'), answered.reply);
    answered.close();
    for (let count = 0; count < 200; count++) {
      const bare = replyWith({});
      security.watch(from(`https://${count}.example`), bare.reply);
      bare.close();
      if (count % 50 === 0) security.expire();
    }
    security.expire();
    expect(added(security, {}, 'https://a.example')).toEqual(cors);
  });

  it('learns from a request that is not answered yet', async () => {
    const security = new SecurityHeaders();
    security.watch(from(), replyWith({ 'x-frame-options': 'DENY' }).reply);
    await new Promise(setImmediate);
    expect(added(security)).toEqual({ 'x-frame-options': 'DENY' });
  });

  it('learns from one request until it expires, and nothing from one without headers', () => {
    const security = new SecurityHeaders();
    const bare = replyWith({ 'x-request-id': '7' });
    security.watch(from(), bare.reply);
    bare.close();
    expect(added(security)).toEqual({});
    security.expire();
    const learned = ['origin', 'no-referrer', 'same-origin'].map((policy, index) => {
      if (index === 2) security.expire();
      const good = replyWith({ 'referrer-policy': policy });
      security.watch(from(), good.reply);
      good.close();
      return added(security);
    });
    expect(learned).toEqual([
      { 'referrer-policy': 'origin' },
      { 'referrer-policy': 'origin' },
      { 'referrer-policy': 'same-origin' },
    ]);
  });
});
