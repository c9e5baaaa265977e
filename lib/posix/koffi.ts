/** The used part of koffi: the package is optional, so its types may be absent. */
export interface Koffi {
  load(path: string | null): { func(definition: string): (...args: unknown[]) => unknown };
  errno(): number;
  address(value: unknown): bigint | number;
  view(pointer: unknown, length: number): ArrayBuffer;
}

/** Not `import('koffi')`: users' programs must compile without the optional package. */
const PACKAGE: string = 'koffi';

/** @throws Error if the package is not installed, or not for this machine */
export async function loadKoffi(): Promise<Koffi> {
  const loaded = (await import(PACKAGE)) as { default?: Koffi } & Koffi;
  return loaded.default ?? loaded;
}
