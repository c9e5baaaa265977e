import 'reflect-metadata';
import { ModuleUseError } from './module-use.errors.ts';

/** What is needed of a Nest module. */
interface AnyModule {
  readonly metatype: { readonly name: string };
}

/** Where `@Module` keeps what it imports. */
const IMPORTS = 'imports';

const umbrellas = new Set<object>();
const features = new Set<object>();

/** Notes a module that may be imported once; an umbrella brings others along. */
export function noteSingle(module: object, { isUmbrella = false } = {}): void {
  (isUmbrella ? umbrellas : features).add(module);
}

/**
 * Of those that came along with an umbrella, the umbrella is named.
 *
 * @throws ModuleUseError when an application has a noted module twice: each would do its work
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

/** The umbrella that a feature came with, unless its importers account for each time it is there. */
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

/** Classes of what a module imports, as its decorator says. */
function importsOf(metatype: object): unknown[] {
  const imports = (Reflect.getMetadata(IMPORTS, metatype) ?? []) as unknown[];
  return imports.map((one) => (one as { module?: unknown } | undefined)?.module ?? one);
}
