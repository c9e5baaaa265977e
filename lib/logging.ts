/** `nestjs-buttress/logging`: logging. */
// Re-exported so that they match `LoggingModule`: nestjs-pino has separate classes for `require`.
export { InjectPinoLogger, Logger, PinoLogger } from 'nestjs-pino';
export type { LevelName, LevelOverride, LevelsSnapshot } from './logging/levels.ts';
export { LogLevels } from './logging/log-levels.provider.ts';
export { LoggingModule } from './logging/logging.module.ts';
export type { LoggingModuleOptions } from './logging/logging.options.ts';
export { Redactor, type RedactorOptions } from './common/redaction/redactor.ts';
