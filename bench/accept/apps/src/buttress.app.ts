import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ClusteredFastifyAdapter } from 'nestjs-buttress';

import { createApp } from './create-app.ts';
import { HOST, readSettings } from './settings.ts';

/** The application in a worker of the group. */
export default async function bootstrap(): Promise<NestFastifyApplication> {
  const app = await createApp(new ClusteredFastifyAdapter());
  await app.listen(readSettings().port, HOST);
  return app;
}
