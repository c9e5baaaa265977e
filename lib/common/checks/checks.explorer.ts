import type { DiscoveryService } from '@nestjs/core';

import { processClock } from '../clock.ts';
import { markedMethods } from '../nest/decorated-methods.ts';
import type { ResolvedCheck } from './check.options.ts';
import { Checks } from './checks.ts';

/** Checks of all providers and controllers whose methods have the mark `key`. */
export function findChecks(
  discovery: DiscoveryService,
  key: symbol,
  clean: (text: string) => string,
): Checks {
  const all = [...discovery.getProviders(), ...discovery.getControllers()];
  const checks = markedMethods<ResolvedCheck>(all, key).map(
    ({ id, options: { name = id, timeoutMs, cacheMs = 0, counts = true }, call }) => {
      return { name, timeoutMs, cacheMs, counts, run: call };
    },
  );
  return new Checks(checks, processClock, clean);
}
