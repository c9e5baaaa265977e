import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { parsePackage, readPackage, rootOf } from '../common/files/package-file.ts';

/** Installed package. */
export interface PackageRow {
  name: string;
  version: string;
  /** Range in the application's package.json; empty: a transitive dependency. */
  declared: string;
  license: string;
}

export interface PackagesReport {
  /** Name and version of the application itself. */
  name: string;
  version: string;
  packages: PackageRow[];
}

const MAX_PACKAGES = 3_000;

/** Files read at once: a worker also has requests to serve. */
const AT_ONCE = 8;

/** Reads the installed packages from the disk. */
export async function packagesReport(from: string): Promise<PackagesReport> {
  const root = rootOf(from);
  const own = root === undefined ? {} : readPackage(root);
  const declared = own.dependencies ?? {};
  const folder = root === undefined ? undefined : modulesOf(root);
  const found = folder === undefined ? [] : await packagesIn(folder);
  const packages: PackageRow[] = [];
  for (let at = 0; at < Math.min(found.length, MAX_PACKAGES); at += AT_ONCE) {
    const some = found.slice(at, at + AT_ONCE);
    // oxlint-disable-next-line no-await-in-loop -- a few at once, not all
    const rows = await Promise.all(some.map((path) => rowOf(path, declared)));
    packages.push(...rows.flat());
  }
  return { name: own.name ?? '', version: own.version ?? '', packages };
}

function modulesOf(root: string): string | undefined {
  for (let at = root; ; at = dirname(at)) {
    const folder = join(at, 'node_modules');
    if (existsSync(folder)) return folder;
    if (dirname(at) === at) return undefined;
  }
}

async function packagesIn(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      if (name.startsWith('.')) return [];
      const path = join(folder, name);
      if (!name.startsWith('@')) return [path];
      return (await namesIn(path)).map((inner) => join(path, inner));
    }),
  );
  return found.flat();
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function rowOf(path: string, declared: Record<string, string>): Promise<PackageRow[]> {
  const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => '');
  const { name, version, license } = parsePackage(text);
  if (name === undefined || version === undefined) return [];
  const licence = typeof license === 'string' ? license : (license?.type ?? '');
  return [{ name, version, declared: declared[name] ?? '', license: licence }];
}
