import { ButtressError } from '../errors/buttress.error.ts';

/** Nest's HTTP platforms that Buttress supports. */
export type Platform = 'fastify' | 'express';

/** The application's HTTP adapter is not supported. */
export class PlatformError extends ButtressError {
  constructor(adapter: object) {
    super(
      'ERR_BUTTRESS_PLATFORM',
      "Buttress works on Nest's FastifyAdapter and ExpressAdapter. This is " +
        `${adapter.constructor.name}: give NestFactory.create a new ClusteredFastifyAdapter().`,
    );
  }
}

/** @throws PlatformError for an unsupported adapter, in which no hook of ours would run */
export function platformOf(adapter: { getType(): string }): Platform {
  const type = adapter.getType();
  if (type === 'fastify' || type === 'express') return type;
  throw new PlatformError(adapter);
}
