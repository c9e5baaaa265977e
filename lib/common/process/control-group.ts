import { readFileSync } from 'node:fs';

/** Reads a system file; undefined when there is none. */
export type ReadFile = (path: string) => string | undefined;

/** Controllers whose limits concern this library. */
export type Controller = 'cpu' | 'memory';

/** Directories with the limits of this process, which differ in their files by version. */
export interface ControlGroup {
  version: 1 | 2;
  /** From the innermost group up to the root that is visible here. */
  directories: readonly string[];
}

const ROOT = '/sys/fs/cgroup';

/** Control groups of this process; every one of them limits it. */
export function controlGroup(controller: Controller, read: ReadFile): ControlGroup {
  const groups = read('/proc/self/cgroup') ?? '';
  const v1 = new RegExp(`^\\d+:((?:[^:]*,)?${controller}(?:,[^:]*)?):(.*)$`, 'm').exec(groups);
  if (v1 === null) {
    const path = /^0::(.*)$/m.exec(groups)?.[1] ?? '';
    return { version: 2, directories: upwards(ROOT, path) };
  }
  const [, controllers = controller, path = ''] = v1;
  // Mounted together, controllers often have a link each, but not always.
  const mounts = new Set([controller, controllers]);
  return { version: 1, directories: [...mounts].flatMap((one) => upwards(`${ROOT}/${one}`, path)) };
}

/** In a container the path may be the host's, which is not visible there: the root always counts. */
function upwards(root: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  const inner = names.map((_, at) => [root, ...names.slice(0, names.length - at)].join('/'));
  return [...inner, root];
}

export function readSystemFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
