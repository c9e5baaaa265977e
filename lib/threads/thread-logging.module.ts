import type { DynamicModule, INestApplicationContext } from '@nestjs/common';
import { Logger } from 'nestjs-pino';

import { LogLevels } from '../logging/log-levels.provider.ts';
import { LoggingModule } from '../logging/logging.module.ts';
import type { LoggingModuleOptions } from '../logging/logging.options.ts';
import { SharedLevels } from '../logging/shared-levels.ts';
import type { ThreadLogging } from './protocol.ts';

/** Logging in a thread. Imported only where the application logs: it loads pino. */
export function threadLogging({ options }: ThreadLogging): DynamicModule {
  return LoggingModule.forRoot(options as LoggingModuleOptions);
}

/** Makes the application context log as the process does, at its run-time levels. */
export function followLogging(app: INestApplicationContext, { levels }: ThreadLogging): void {
  app.useLogger(app.get(Logger, { strict: false }));
  app.get(LogLevels, { strict: false }).follow(new SharedLevels(levels));
}
