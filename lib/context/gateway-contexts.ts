import type { DiscoveryService } from '@nestjs/core';

import { classMethods } from '../common/nest/class-methods.ts';
import { entersContext } from './context.decorator.ts';

/** Metadata keys under which Nest marks gateways and their message handlers. */
const GATEWAY = 'websockets:is_gateway';
const MESSAGE_HANDLER = 'websockets:message_mapping';

/** Message handlers of gateways that enter no context of their own, by class and method. */
export function handlersWithoutContext(discovery: DiscoveryService): string[] {
  const handlers = discovery.getProviders().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function' || !Reflect.hasMetadata(GATEWAY, metatype)) return [];
    const { prototype, name } = metatype as { prototype: object; name: string };
    return [...classMethods(prototype)]
      .filter(
        ([, method]) => Reflect.hasMetadata(MESSAGE_HANDLER, method) && !entersContext(method),
      )
      .map(([key]) => `${name}.${String(key)}`);
  });
  return [...new Set(handlers)];
}
