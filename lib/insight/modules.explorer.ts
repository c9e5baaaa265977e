import type { ModulesContainer } from '@nestjs/core';

import { bootTimesOf } from './boot-timings.ts';

/** A module of the application, and what stands in it. */
export interface ModuleRow {
  id: string;
  name: string;
  isGlobal: boolean;
  /** How far from the root; 0: the root itself. */
  distance: number;
  /** Ids of the modules that it imports. */
  imports: string[];
  controllers: string[];
  providers: string[];
  exports: string[];
  /** When its first instance was made, and how long until its last one, in milliseconds. */
  boot: { atMs: number; ms: number } | null;
}

/** Names that are told of a module. */
const MAX_NAMES = 100;

type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** The modules of the application with their dependencies. */
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
 * Nest lets every module import the global ones. Who really does is not told, but how far from the
 * root they were found is: the first module that is one step nearer.
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

/** Nest puts itself and a few of its own into each. */
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
