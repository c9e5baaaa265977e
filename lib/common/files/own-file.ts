/** Directory of the package's compiled files, however these are bundled; of its sources in tests. */
const ROOT = import.meta.url.replace(/(.*\/(?:dist|lib)\/).*/, '$1');

/** @param path path of a file of this package below its `dist` */
export function ownFile(path: string): URL {
  return new URL(path, ROOT);
}
