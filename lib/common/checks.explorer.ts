import type { DiscoveryService } from '@nestjs/core';

import type { ResolvedCheck } from './check.options.ts';
import { Checks } from './checks.ts';
import { processClock } from './clock.ts';
import { markedMethods } from './decorated-methods.ts';

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
