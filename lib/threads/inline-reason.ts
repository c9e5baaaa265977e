import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Environment that decides if no mode is given. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
}

/** Environment variables set by test runners. */
const RUNNERS: Readonly<Record<string, string>> = {
  VITEST: 'Vitest',
  JEST_WORKER_ID: 'Jest',
  NODE_TEST_CONTEXT: 'the test runner of Node',
};

/** Possible sources of a compiled file. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

const SOURCE = /\.[cm]?tsx?$/;

/**
 * Returns why threads cannot load their module although that is no error: the application runs from
 * its sources, as in tests. Undefined if they can, or if it is an error, as in production.
 *
 * @param url of the module for threads, if configured
 */
export function inlineReason(
  url: string | undefined,
  { env, exists }: Surroundings,
): string | undefined {
  if (url?.startsWith('file:') !== true || env['NODE_ENV'] === 'production') return undefined;
  const path = fileURLToPath(url);
  const runner = Object.keys(RUNNERS).find((name) => env[name] !== undefined);
  const under = runner === undefined ? '' : ` (under ${RUNNERS[runner]})`;
  if (exists(path)) {
    const isSource = runner !== undefined && SOURCE.test(path);
    return isSource ? `${path} is not compiled${under}` : undefined;
  }
  const isBesideSource = sourcesOf(path).some(exists);
  return isBesideSource || runner !== undefined ? `${path} is not built${under}` : undefined;
}

function sourcesOf(path: string): string[] {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return (SOURCES[extension] ?? []).map((source) => stem + source);
}
