import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { defaultExport } from '../common/files/module-url.ts';
import type { ThreadBoot } from './protocol.ts';
import type { ThreadContext } from './thread-runtime.module.ts';

type ThreadRuntime = typeof import('./thread-runtime.module.ts');

type NestModule = Parameters<ThreadRuntime['createThreadContext']>[0];

/** Boots the application's module for threads. @throws any error of its boot */
export async function loadThreadContext(boot: ThreadBoot): Promise<ThreadContext> {
  const { module: url, export: name, features } = boot;
  const { createThreadContext } = await import('./thread-runtime.module.js');
  return createThreadContext(moduleIn(await load(url), name, url), features);
}

/** Problems with the methods of a thread, one sentence each. */
export function problemsOf(boot: ThreadBoot, { methods, problems }: ThreadContext): string[] {
  return [...problems, ...missing(boot, [...methods.keys()])];
}

/** @throws Error if the application's module for threads is a file that is not there */
export function checkModule(url: string | undefined): void {
  if (url?.startsWith('file:') !== true || existsSync(fileURLToPath(url))) return;
  throw new Error(
    `${fileURLToPath(url)} does not exist. Build it with the application; in a bundle, make it an ` +
      'entry of its own',
  );
}

async function load(url: string): Promise<Record<string, unknown>> {
  checkModule(url);
  return (await import(url)) as Record<string, unknown>;
}

/** Finds the Nest module; CommonJS may export everything as `default`. */
function moduleIn(exports: Record<string, unknown>, name: string, url: string): NestModule {
  const inner = exports['default'] as Record<string, unknown> | undefined;
  const module = name === 'default' ? defaultExport(exports) : (exports[name] ?? inner?.[name]);
  const isModule = typeof module === 'function' || (typeof module === 'object' && module !== null);
  if (isModule) return module as NestModule;
  const names = Object.keys(exports).join(', ') || 'nothing';
  throw new Error(`${url} exports no "${name}" (threads.moduleExport); it exports: ${names}`);
}

function missing({ methods }: ThreadBoot, found: readonly string[]): string[] {
  const absent = methods.filter((id) => !found.includes(id));
  if (absent.length === 0) return [];
  const there = found.length === 0 ? 'none' : found.join(', ');
  const known = `the thread's module has: ${there}. Where classes are minified, give methods an id`;
  return absent.map((id) => `${id} is missing in the threads (${known})`);
}
