import type { Dialer } from '../../../lib/connections/dialer.ts';
import { PlainDialer } from '../../support/plain-dialer.ts';

/** Services by name, each with its tiers of addresses. They end with the test. */
export async function connectionsTo(services: Record<string, string[][]>): Promise<Dialer> {
  const [tiers = []] = Object.values(services);
  return new PlainDialer(tiers.flat().map((address) => Number(address.split(':')[1])));
}
