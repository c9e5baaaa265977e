import { processWide } from '../../common/process/process-wide.ts';
import type { ManagedServices } from './managed-services.ts';

const shared = processWide<{ services?: ManagedServices }>('connections.services', () => ({}));

/** The services that all modules of this pool thread share; undefined elsewhere. */
export function threadServices(): ManagedServices | undefined {
  return shared().services;
}

export function provideServices(services: ManagedServices): void {
  shared().services = services;
}
