import { onTestFinished } from 'vitest';

import { ConnectionManager } from '../../../lib/connections/connection-manager.ts';
import type { ServiceOptions } from '../../../lib/connections/settings/service.options.ts';
import { resolveConnections } from '../../../lib/connections/settings/resolve-connections.ts';

/** A manager that knows the services; it ends with the test. */
export function connectionsTo(services: Record<string, ServiceOptions>): ConnectionManager {
  const resolved = resolveConnections({ services }, { variables: {} });
  const manager = new ConnectionManager(resolved.process);
  manager.add(resolved.services);
  onTestFinished(() => manager.close());
  return manager;
}
