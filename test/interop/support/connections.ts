import { onTestFinished } from 'vitest';

import { ConnectionManager } from '../../../lib/connections/connection-manager.ts';
import { ManagedServices } from '../../../lib/connections/services/managed-services.ts';
import { resolveConnections } from '../../../lib/connections/settings/resolve-connections.ts';
import type { ServiceOptions } from '../../../lib/connections/settings/service.options.ts';

/** A manager that knows the services; it ends with the test. */
export function connectionsTo(services: Record<string, ServiceOptions>): ConnectionManager {
  const resolved = resolveConnections({ services }, { variables: {} });
  const managed = new ManagedServices(resolved.process);
  managed.add(resolved.services);
  onTestFinished(() => managed.close());
  return new ConnectionManager(managed);
}
