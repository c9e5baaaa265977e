import { describe, expect, it, onTestFinished } from 'vitest';

import { outgoingHeaders } from '../../../lib/connections/clients/headers.ts';
import { ConnectionManager } from '../../../lib/connections/connection-manager.ts';
import { resolveConnections } from '../../../lib/connections/settings/resolve-connections.ts';
import { ContextScope, provideScope } from '../../../lib/context/context-scope.ts';
import { CONTEXT_OPTIONS } from '../../../lib/context/context.options.ts';
import { Context } from '../../../lib/context/context.ts';

function namesFor(header: string | false, remainingTime: boolean | string): string[] {
  const options = CONTEXT_OPTIONS.resolve({ deadline: { header } });
  onTestFinished(provideScope(new ContextScope({ options })));
  const connections = new ConnectionManager();
  onTestFinished(() => connections.destroy());
  const rates = { tiers: [['127.0.0.1:1']], propagate: { remainingTime } };
  connections.add(resolveConnections({ services: { rates } }).services);
  return Context.run({ deadlineMs: 5_000 }, () =>
    Object.keys(outgoingHeaders(connections, 'rates')),
  );
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
