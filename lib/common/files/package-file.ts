import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Fields of a package.json. */
export interface PackageFile {
  name?: string;
  version?: string;
  license?: string | { type?: string };
  dependencies?: Record<string, string>;
}

/** Name and version in the application's package.json. */
export interface ServiceName {
  name: string;
  version: string;
}

/** Name and version of the package that holds a folder; empty: unknown. */
export function serviceOf(from: string): ServiceName {
  const root = rootOf(from);
  const { name = '', version = '' } = root === undefined ? {} : readPackage(root);
  return { name, version };
}

/**
 * Name and version of the application: of the package in the working directory. The name is
 * `OTEL_SERVICE_NAME` if that is set, as for OpenTelemetry.
 */
export function ownService(): ServiceName {
  const service = serviceOf(process.cwd());
  const name = process.env['OTEL_SERVICE_NAME'];
  return name === undefined || name === '' ? service : { ...service, name };
}

/** Nearest folder, from `from` upwards, whose package.json has a name. */
export function rootOf(from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) && readPackage(at).name !== undefined) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** Reads the package.json of a folder; empty if there is none that can be read. */
export function readPackage(folder: string): PackageFile {
  try {
    return parsePackage(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** Parses a package.json; empty if it is none. */
export function parsePackage(text: string): PackageFile {
  try {
    return JSON.parse(text) as PackageFile;
  } catch {
    return {};
  }
}
