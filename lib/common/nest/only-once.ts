import 'reflect-metadata';
import { ModuleUseError } from './module-use.errors.ts';

/** The fields used of a Nest module. */
interface AnyModule {
  readonly metatype: { readonly name: string };
}

/** Metadata key of `@Module` imports. */
const IMPORTS = 'imports';

const umbrellas = new Set<object>();
const features = new Set<object>();

/** Registers a module that may be imported only once; an umbrella imports others. */
export function noteSingle(module: object, { isUmbrella = false } = {}): void {
  (isUmbrella ? umbrellas : features).add(module);
}

/**
 * Checks registered modules; the error names the umbrella of a module that came with one.
 *
 * @throws ModuleUseError if an application has one twice, so that each would do the work
 */
export function assertSingles(modules: ReadonlyMap<string, AnyModule>): void {
  const all = [...modules.values()].map(({ metatype }) => metatype);
  for (const module of [...umbrellas, ...features]) {
    const own = all.filter((metatype) => metatype === module);
    if (own.length > 1) throw twice(own, all);
  }
}

function twice(
  own: readonly AnyModule['metatype'][],
  all: readonly AnyModule['metatype'][],
): ModuleUseError {
  const [module = { name: 'A module' }] = own;
  const importers = all.filter((metatype) => importsOf(metatype).includes(module));
  const umbrella = broughtBy(module, own.length, all);
  const names = listOf(importers);
  if (umbrella === undefined) {
    return new ModuleUseError(
      `${module.name} is imported ${own.length} times${names && `, by ${names}`}: ` +
        'import it once, in the root module. What it provides is global.',
    );
  }
  return new ModuleUseError(
    `${module.name} is imported ${own.length} times, by ${listOf([...importers, umbrella])}: ` +
      `give its options to ${umbrella.name}, which brings it along, ` +
      `and remove it${names && ` from ${names}`}.`,
  );
}

/** Umbrella that imported a feature, unless its importers explain every occurrence. */
function broughtBy(
  module: object,
  times: number,
  all: readonly AnyModule['metatype'][],
): AnyModule['metatype'] | undefined {
  if (!features.has(module)) return undefined;
  const imports = all.flatMap(importsOf).filter((one) => one === module);
  return imports.length < times ? all.find((metatype) => umbrellas.has(metatype)) : undefined;
}

function listOf(modules: readonly AnyModule['metatype'][]): string {
  return [...new Set(modules.map(({ name }) => name))].join(' and ');
}

/** Imported module classes from the decorator's metadata. */
function importsOf(metatype: object): unknown[] {
  const imports = (Reflect.getMetadata(IMPORTS, metatype) ?? []) as unknown[];
  return imports.map((one) => (one as { module?: unknown } | undefined)?.module ?? one);
}
