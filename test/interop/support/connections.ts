import { onTestFinished } from 'vitest';

import { ConnectionManager } from '../../../lib/connections/connection-manager.ts';
import { ConnectionsSettings } from '../../../lib/connections/connections-settings.ts';
import type { ServiceOptions } from '../../../lib/connections/connections.options.ts';
import { resolveConnections } from '../../../lib/connections/resolve-connections.ts';

/** A manager that knows the services; it ends with the test. */
export function connectionsTo(services: Record<string, ServiceOptions>): ConnectionManager {
  const resolved = resolveConnections({ services }, {});
  const manager = new ConnectionManager(resolved.process);
  const settings = new ConnectionsSettings(manager, resolved);
  settings.tellTo(() => undefined);
  onTestFinished(() => manager.close());
  return manager;
}
