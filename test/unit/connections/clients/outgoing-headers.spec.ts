import { describe, expect, it, onTestFinished } from 'vitest';

import { outgoingHeaders } from '../../../../lib/connections/clients/headers.ts';
import { ConnectionManager } from '../../../../lib/connections/connection-manager.ts';
import { ManagedServices } from '../../../../lib/connections/services/managed-services.ts';
import { resolveConnections } from '../../../../lib/connections/settings/resolve-connections.ts';
import { ContextScope, provideScope } from '../../../../lib/context/context-scope.ts';
import { CONTEXT_OPTIONS } from '../../../../lib/context/context.options.ts';
import { Context } from '../../../../lib/context/context.ts';

function namesFor(header: string | false, remainingTime: boolean | string): string[] {
  const options = CONTEXT_OPTIONS.resolve({ deadline: { header } });
  onTestFinished(provideScope(new ContextScope({ options })));
  const rates = { tiers: [['127.0.0.1:1']], propagate: { remainingTime } };
  const { process, services } = resolveConnections({ services: { rates } });
  const managed = new ManagedServices(process);
  managed.add(services);
  onTestFinished(() => managed.destroy());
  const manager = new ConnectionManager(managed);
  return Context.run({ deadlineMs: 5_000 }, () => Object.keys(outgoingHeaders(manager, 'rates')));
}

describe('R43: the header with the remaining time', () => {
  it('has the name that the application reads', () => {
    expect(namesFor('X-Time-Left', true)).toEqual(['x-time-left']);
  });

  it('has the default name where callers have no say', () => {
    expect(namesFor(false, true)).toEqual(['x-request-timeout-ms']);
  });

  it('has the name that the service sets', () => {
    expect(namesFor('X-Time-Left', 'X-Budget')).toEqual(['x-budget']);
  });

  it('is not sent by default', () => {
    expect(namesFor('X-Time-Left', false)).toEqual([]);
  });
});
