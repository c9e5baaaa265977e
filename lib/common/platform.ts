import { ButtressError } from './buttress.error.ts';

/** Which of Nest's HTTP platforms an application runs on. */
export type Platform = 'fastify' | 'express';

/** The application runs on an HTTP adapter that Buttress does not know. */
export class PlatformError extends ButtressError {
  constructor(adapter: object) {
    super(
      'ERR_BUTTRESS_PLATFORM',
      "Buttress works on Nest's FastifyAdapter and ExpressAdapter. This is " +
        `${adapter.constructor.name}: give NestFactory.create a new ClusteredFastifyAdapter().`,
    );
  }
}

/** @throws PlatformError for an adapter of another platform: none of our hooks would ever run */
export function platformOf(adapter: { getType(): string }): Platform {
  const type = adapter.getType();
  if (type === 'fastify' || type === 'express') return type;
  throw new PlatformError(adapter);
}
