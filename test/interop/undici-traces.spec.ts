import { channel } from 'node:diagnostics_channel';

import {
  context as otelContext,
  propagation,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { Context } from 'nestjs-buttress';
import { serviceDispatcher } from 'nestjs-buttress/clients/undici';
import { fetch, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { ContextScope, provideScope } from '../../lib/context/context-scope.ts';
import { findOpenTelemetry } from '../../lib/context/open-telemetry.ts';
import { httpPeer } from '../support/http-servers.ts';
import { connectionsTo } from './support/connections.ts';

const TRACE_ID = 'a'.repeat(32);
const TRACEPARENT = `00-${TRACE_ID}-${'b'.repeat(16)}-01`;

/** One value, as W3C has it. */
const ONE = /^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

/** As W3C's, without what no test needs. */
const propagator: TextMapPropagator<Record<string, string>> = {
  fields: () => ['traceparent', 'tracestate', 'baggage'],
  extract: (context) => context,
  inject(context, carrier) {
    const span = trace.getSpanContext(context);
    if (span === undefined) return;
    carrier['traceparent'] = `00-${span.traceId}-${span.spanId}-01`;
    const baggage = propagation.getBaggage(context)?.getAllEntries() ?? [];
    const texts = baggage.map(([key, { value }]) => `${key}=${value}`);
    if (texts.length > 0) carrier['baggage'] = texts.join(',');
  },
};

const ignore = (): void => undefined;

interface CreatedRequest {
  request: { addHeader(name: string, value: string): unknown };
}

/** Does what `@opentelemetry/instrumentation-undici` does to a request. */
function instrumentUndici({ ignores = false } = {}): void {
  const created = channel('undici:request:create');
  const tracer = trace.getTracer('undici');
  const onCreated = (message: unknown): void => {
    if (ignores) return;
    const span = tracer.startSpan('GET');
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(otelContext.active(), span), carrier);
    const { request: started } = message as CreatedRequest;
    for (const [name, value] of Object.entries(carrier)) started.addHeader(name, value);
  };
  created.subscribe(onCreated);
  onTestFinished(() => {
    created.unsubscribe(onCreated);
  });
}

/** As an SDK does. */
async function startSdk(): Promise<void> {
  otelContext.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider());
  propagation.setGlobalPropagator(propagator);
  onTestFinished(() => {
    for (const api of [otelContext, trace, propagation]) api.disable();
  });
}

async function lab() {
  const peer = await httpPeer();
  const openTelemetry = await findOpenTelemetry();
  const options = new ContextScope().options;
  const scope = new ContextScope({
    options: { ...options, baggage: new Set(['tenant']) },
    openTelemetry,
  });
  onTestFinished(provideScope(scope));
  const services = { rates: { tiers: [[peer.address]], propagate: { trace: true } } };
  const dispatcher = serviceDispatcher(connectionsTo(services));
  onTestFinished(() => dispatcher.destroy());
  const headers = () => peer.requests.at(-1)?.headers ?? {};
  return { dispatcher, headers };
}

const CALLER = { traceparent: TRACEPARENT, tracestate: 'v=1', baggage: 'tenant=a' };

describe('R33 undici with OpenTelemetry', () => {
  it('sends the one trace of the instrumentation', async () => {
    await startSdk();
    instrumentUndici();
    const { dispatcher, headers } = await lab();
    const spanId = await Context.run(CALLER, () =>
      trace.getTracer('test').startActiveSpan('request', async (span) => {
        await (await request('http://rates/', { dispatcher })).body.dump();
        return span.spanContext().traceId;
      }),
    );
    expect(headers()['traceparent']).toMatch(ONE);
    expect(headers()['traceparent']).toContain(spanId);
    // It has none to pass on, so ours goes.
    expect(headers()['baggage']).toBe('tenant=a');
    // It is of the trace that ours continues.
    expect(headers()['tracestate']).toBeUndefined();
    await Context.run(CALLER, async () => {
      await (await fetch('http://rates/', { dispatcher })).text();
    });
    expect(headers()['traceparent']).toMatch(ONE);
  });

  it('leaves baggage to it where it has some', async () => {
    await startSdk();
    instrumentUndici();
    const { dispatcher, headers } = await lab();
    const baggage = propagation.createBaggage({ user: { value: '7' } });
    await Context.run(CALLER, () =>
      otelContext.with(propagation.setBaggage(otelContext.active(), baggage), () =>
        trace.getTracer('test').startActiveSpan('request', async () => {
          await (await request('http://rates/', { dispatcher })).body.dump();
        }),
      ),
    );
    expect(headers()['baggage']).toBe('user=7');
  });

  it('sends ours for a request that the instrumentation is told to ignore', async () => {
    await startSdk();
    instrumentUndici({ ignores: true });
    const { dispatcher, headers } = await lab();
    await Context.run(CALLER, async () => {
      await (await request('http://rates/', { dispatcher })).body.dump();
    });
    expect(headers()['traceparent']).toMatch(ONE);
    expect(headers()['traceparent']).toContain(TRACE_ID);
  });

  it('gives way to an instrumentation that comes after its first request', async () => {
    await startSdk();
    const { dispatcher, headers } = await lab();
    for (const isLate of [false, true]) {
      if (isLate) instrumentUndici();
      // oxlint-disable-next-line no-await-in-loop -- one before, one after
      await Context.run(CALLER, async () => {
        await (await request('http://rates/', { dispatcher })).body.dump();
      });
      expect(headers()['traceparent']).toMatch(ONE);
    }
    expect(headers()['traceparent']).not.toContain(TRACE_ID);
  });

  it('sends ours where nothing is instrumented', async () => {
    await startSdk();
    const { dispatcher, headers } = await lab();
    await Context.run(CALLER, async () => {
      await (await request('http://rates/', { dispatcher })).body.dump();
    });
    expect(headers()).toMatchObject({ tracestate: 'v=1', baggage: 'tenant=a' });
    expect(headers()['traceparent']).toMatch(ONE);
    expect(headers()['traceparent']).toContain(TRACE_ID);
  });

  it('sends ours where subscribers of undici trace nothing', async () => {
    const { dispatcher, headers } = await lab();
    const created = channel('undici:request:create');
    created.subscribe(ignore);
    onTestFinished(() => {
      created.unsubscribe(ignore);
    });
    await Context.run(CALLER, async () => {
      await (await request('http://rates/', { dispatcher })).body.dump();
    });
    expect(headers()['traceparent']).toContain(TRACE_ID);
  });

  it('adds none to one of the caller’s', async () => {
    const { dispatcher, headers } = await lab();
    const own = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`;
    await Context.run(CALLER, async () => {
      const options = { dispatcher, headers: { Traceparent: own } };
      await (await request('http://rates/', options)).body.dump();
    });
    expect(headers()['traceparent']).toBe(own);
  });
});
