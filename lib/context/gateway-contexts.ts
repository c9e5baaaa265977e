import type { DiscoveryService } from '@nestjs/core';

import { classMethods } from '../common/class-methods.ts';
import { useMarksOf } from '../common/use-marks.ts';

/** Metadata key under which Nest marks a gateway's message handlers. */
const MESSAGE_HANDLER = 'websockets:message_mapping';

/** Message handlers of gateways that enter no context of their own, by class and method. */
export function handlersWithoutContext(discovery: DiscoveryService): string[] {
  const handlers = discovery.getProviders().flatMap(({ metatype }) => {
    const { prototype = null, name } = (metatype ?? {}) as { prototype?: object; name?: string };
    return [...classMethods(prototype)].flatMap(([key, method]) => {
      if (!Reflect.hasMetadata(MESSAGE_HANDLER, method)) return [];
      const hasOwn = useMarksOf(method).some(({ decorator }) => decorator === '@UseContext');
      return hasOwn ? [] : `${name}.${String(key)}`;
    });
  });
  return [...new Set(handlers)];
}
