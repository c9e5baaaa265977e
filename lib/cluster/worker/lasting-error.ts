import { type ButtressErrorCode, isButtressError } from '../../common/errors/buttress.error.ts';
import { isWrongUse } from '../../common/errors/wrong-use.ts';

/** Our errors that only new code or configuration mends, unless their cause is temporary. */
const LASTING_CODES: ReadonlySet<ButtressErrorCode> = new Set<ButtressErrorCode>([
  'ERR_BUTTRESS_PLATFORM',
  'ERR_BUTTRESS_MODULE',
  'ERR_BUTTRESS_DECORATOR',
  'ERR_BUTTRESS_CLUSTER_BOOTSTRAP',
  'ERR_BUTTRESS_CLUSTER_LISTEN',
  'ERR_BUTTRESS_CLUSTER_NODE',
  'ERR_BUTTRESS_CLUSTER_USE',
  'ERR_BUTTRESS_CONNECTION_UNKNOWN_SERVICE',
  'ERR_BUTTRESS_META_SETUP',
  'ERR_BUTTRESS_REPORTS_TAKEN',
  'ERR_BUTTRESS_STATS_KIND',
  'ERR_BUTTRESS_STATS_NAME',
  'ERR_BUTTRESS_THREADS_BOOT',
  'ERR_BUTTRESS_THREADS_METHODS',
]);

/** Node's codes for modules that are missing or can't be loaded as requested. */
const MODULE_CODES: ReadonlySet<unknown> = new Set([
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
  'ERR_INVALID_PACKAGE_CONFIG',
  'ERR_INVALID_PACKAGE_TARGET',
  'ERR_PACKAGE_IMPORT_NOT_DEFINED',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_REQUIRE_ESM',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_DIR_IMPORT',
]);

/** Longest chain of causes that is followed. */
const MAX_CAUSES = 8;

/**
 * Whether another start with the same code and configuration fails the same way: wrong options,
 * decorators and modules. All other errors may be temporary, like those of a database.
 */
export function isLasting(error: unknown, depth = 0): boolean {
  if (isWrongUse(error) || isWrongModule(error)) return true;
  if (!isButtressError(error) || !LASTING_CODES.has(error.code)) return false;
  return error.cause === undefined || (depth < MAX_CAUSES && isLasting(error.cause, depth + 1));
}

function isWrongModule(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return MODULE_CODES.has((error as NodeJS.ErrnoException).code) || isUnreadableModule(error);
}

/** Stack frame of Node's module loader. */
const LOADER_FRAME = /^\s*at (?:.*\()?node:internal\/(?:modules|vm)\b/;

/** Wrong syntax or a missing export in a module; text parsed at run time has other frames. */
function isUnreadableModule(error: Error): boolean {
  if (error.name !== 'SyntaxError') return false;
  const firstFrame = error.stack?.split('\n').find((line) => /^\s*at /.test(line));
  return firstFrame === undefined || LOADER_FRAME.test(firstFrame);
}
