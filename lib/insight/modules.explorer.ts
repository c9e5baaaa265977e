import type { ModulesContainer } from '@nestjs/core';

import { bootTimesOf } from './boot-timings.ts';

/** Module of the application and its contents. */
export interface ModuleRow {
  id: string;
  name: string;
  isGlobal: boolean;
  /** Distance from the root module, in imports; 0: the root itself. */
  distance: number;
  /** Ids of the imported modules. */
  imports: string[];
  controllers: string[];
  providers: string[];
  exports: string[];
  /** Start of its first construction, and the sum of all its construction times. */
  boot: { atMs: number; ms: number } | null;
}

/** Maximum number of names per list. */
const MAX_NAMES = 100;

type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** Modules of the application with their dependencies. */
export function moduleRows(modules: ModulesContainer): ModuleRow[] {
  const importers = importersOfGlobals([...modules.values()]);
  return [...modules.values()].map((module) => ({
    id: module.id,
    name: module.name,
    isGlobal: module.isGlobal,
    distance: Number.isFinite(module.distance) ? module.distance : 0,
    imports: [...module.imports]
      .filter((one) => !one.isGlobal || importers.get(one) === module)
      .map(({ id }) => id),
    controllers: names([...module.controllers.values()].map(({ name }) => name)),
    providers: names(ownProvidersOf(module)),
    exports: names([...module.exports].map(nameOf)),
    boot: bootTimesOf(instancesOf(module)),
  }));
}

/**
 * Nest makes every module import the global ones and does not record the real importer, only its
 * distance from the root: takes the first module that is one step nearer.
 */
function importersOfGlobals(modules: readonly Module[]): Map<Module, Module> {
  const found = new Map<Module, Module>();
  for (const module of modules) {
    for (const one of module.imports) {
      const isNext = one.isGlobal && module.distance === one.distance - 1;
      if (isNext && !found.has(one)) found.set(one, module);
    }
  }
  return found;
}

/** Providers that Nest adds to every module. */
const OF_NEST = new Set(['ModuleRef', 'ApplicationConfig']);

function ownProvidersOf(module: Module): unknown[] {
  return [...module.providers.values()]
    .map(({ name }) => nameOf(name))
    .filter((name) => !OF_NEST.has(name) && name !== module.name);
}

function instancesOf({ providers, controllers }: Module): object[] {
  const wrappers = [...providers.values(), ...controllers.values()];
  return wrappers.flatMap(({ isTransient, instance }): object[] => {
    const isMade = !isTransient && typeof instance === 'object' && instance !== null;
    return isMade ? [instance] : [];
  });
}

function names(all: readonly unknown[]): string[] {
  return all.slice(0, MAX_NAMES).map(String);
}

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token);
}
