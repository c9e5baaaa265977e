import { onTestFinished } from 'vitest';

import { ConnectionManager } from '../../lib/connections/connection-manager.ts';
import type { ServiceSnapshot } from '../../lib/connections/services/connections-snapshot.ts';
import {
  ManagedServices,
  type ManagedServicesDependencies,
} from '../../lib/connections/services/managed-services.ts';
import type { ConnectionsModuleOptions } from '../../lib/connections/settings/connections.options.ts';
import { resolveConnections } from '../../lib/connections/settings/resolve-connections.ts';
import { ContextScope, provideScope } from '../../lib/context/context-scope.ts';
import { Stats } from '../../lib/stats/stats.ts';

export interface LoggedRecord {
  level: 'debug' | 'warn';
  message: string;
  [field: string]: unknown;
}

/** A manager over services that end with the test, and what they write to the log. */
export interface ConnectionsLab {
  readonly manager: ConnectionManager;
  readonly managed: ManagedServices;
  readonly records: LoggedRecord[];
  readonly service: (name: string) => ServiceSnapshot;
}

export function startConnections(
  options: ConnectionsModuleOptions,
  dependencies: ManagedServicesDependencies = {},
): ConnectionsLab {
  const records: LoggedRecord[] = [];
  const scope = new ContextScope();
  const write =
    (level: LoggedRecord['level']) =>
    (fields: object, message = '') =>
      void records.push({ level, message, ...fields });
  scope.logWith({
    trace: () => undefined,
    debug: write('debug'),
    info: write('debug'),
    warn: write('warn'),
    error: write('warn'),
  });
  const takeBack = provideScope(scope);
  // On a machine that stands still for seconds nothing is to end by itself, unless a test wants it.
  const defaults = { pool: { idleMs: 60_000 }, timeouts: { waitMs: 30_000, dnsMs: 30_000 } };
  const { process, services } = resolveConnections({ defaults, ...options }, { variables: {} });
  const managed = new ManagedServices(process, { stats: new Stats(), ...dependencies });
  managed.add(services);
  onTestFinished(() => {
    managed.destroy();
    takeBack();
  });
  const service = (name: string): ServiceSnapshot => {
    const found = managed.snapshot().services.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found;
  };
  return { manager: new ConnectionManager(managed), managed, records, service };
}
