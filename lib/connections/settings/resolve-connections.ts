import { wrongType } from '../../common/options/checks.ts';
import {
  type ConfigEntry,
  configValues,
  type SourceOf,
} from '../../common/options/config-values.ts';
import type { FeatureOptions } from '../../common/options/feature-options.ts';
import { type Machine, thisMachine } from '../../common/options/machine.ts';
import {
  type ConfigLayer,
  isObject,
  layersOf,
  mergeLayers,
  type Variables,
} from './config-layers.ts';
import {
  type ConnectionsFeatureOptions,
  connectionsFeatureOptions,
  type ConnectionsModuleOptions,
  connectionsOptions,
  type ProcessSettings,
} from './connections.options.ts';
import type { ServiceSettings } from './service.options.ts';

const NAME = 'connections';

/** Options of root or feature, merged from code, file and environment. */
interface MergedOptions {
  /** Merged `defaults`, as given. */
  readonly defaults: unknown;
  /** Sources of given options by name. */
  readonly sources: ReadonlyMap<string, string>;
}

/** The resolved options of `forRoot`. */
export interface ResolvedConnections extends MergedOptions {
  readonly process: ProcessSettings;
  readonly services: readonly ServiceSettings[];
  /** File and environment, which also override options that features add later. */
  readonly over: readonly ConfigLayer[];
  /** Services that only file or environment name; a feature may still add them in code. */
  readonly notInCode: readonly string[];
}

export interface ResolveSetup {
  /** @default those of the process */
  variables?: Variables;
  machine?: Machine;
  /** Receives each option with its value and source. */
  note?: ((value: ConfigEntry) => void) | undefined;
}

export const CONNECTIONS_OPTIONS: FeatureOptions<ConnectionsModuleOptions, ResolvedConnections> = {
  resolve: (given, machine = thisMachine(), note) => {
    return resolveConnections(given, { machine, note });
  },
};

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveConnections(
  options: ConnectionsModuleOptions = {},
  { variables = process.env, machine = thisMachine(), note }: ResolveSetup = {},
): ResolvedConnections {
  if (!isObject(options)) throw wrongType(NAME, 'an object', options);
  const { code, over } = layersOf(options, { variables, machine });
  const { values, sources } = mergeLayers([code, ...over], NAME);
  const { defaults } = values;
  const { file, environment } = options;
  const given = {
    ...values,
    services: inheriting(values['services'], defaults),
    file,
    environment,
  };
  const resolved = connectionsOptions.check(NAME, given, machine);
  const { dns, sockets, services } = resolved;
  if (note !== undefined) {
    const sourceOf = sourcesFor(Object.keys(services), sources);
    configValues(connectionsOptions, NAME, { given, resolved }, sourceOf).forEach(note);
  }
  const inCode: object = options.services ?? {};
  return {
    process: Object.freeze({ dns, sockets }),
    services: settingsOf(services),
    over,
    defaults,
    sources,
    notInCode: Object.keys(services).filter((name) => !Object.hasOwn(inCode, name)),
  };
}

/**
 * Resolves a feature's services, with file and environment applied over them.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function resolveFeature(
  options: ConnectionsFeatureOptions,
  root: Pick<ResolvedConnections, 'over' | 'defaults' | 'sources'>,
  { machine = thisMachine(), note }: Omit<ResolveSetup, 'variables'> = {},
): ServiceSettings[] {
  if (!isObject(options)) throw wrongType(NAME, 'an object', options);
  const { values, sources } = mergeLayers(
    [{ source: 'code', values: { ...options } }, ...root.over],
    NAME,
  );
  const own = onlyIn(options.services, values['services']);
  const given = { ...options, services: inheriting(own, root.defaults) };
  const resolved = connectionsFeatureOptions.check(NAME, given, machine);
  if (note !== undefined) {
    const all = new Map([...root.sources, ...sources]);
    const sourceOf = sourcesFor(Object.keys(resolved.services), all);
    configValues(connectionsFeatureOptions, NAME, { given, resolved }, sourceOf).forEach(note);
  }
  return settingsOf(resolved.services);
}

/** Keeps the merged services that `code` declares; other types are left to the check. */
function onlyIn(code: unknown, merged: unknown): unknown {
  if (!isObject(code) || !isObject(merged)) return code;
  return Object.fromEntries(Object.entries(merged).filter(([name]) => Object.hasOwn(code, name)));
}

/** Merges services over the defaults; other types are left to the check. */
function inheriting(services: unknown, defaults: unknown): unknown {
  if (!isObject(services) || !isObject(defaults)) return services;
  const entries = Object.entries(services).map(([name, own]: [string, unknown]) => {
    if (!isObject(own)) return [name, own] as const;
    const layers = [defaults, own].map((values) => ({ source: 'code', values: { ...values } }));
    return [name, mergeLayers(layers).values] as const;
  });
  return Object.fromEntries(entries);
}

function settingsOf(
  services: Readonly<Record<string, Omit<ServiceSettings, 'name'>>>,
): ServiceSettings[] {
  return Object.entries(services).map(([name, own]) => Object.freeze({ ...own, name }));
}

/** Names sources, those of inherited values too. */
function sourcesFor(services: readonly string[], sources: ReadonlyMap<string, string>): SourceOf {
  const general = `${NAME}.defaults.`;
  const inherited = [...sources].flatMap(([path, source]) => {
    if (!path.startsWith(general)) return [];
    const option = path.slice(general.length);
    return services.map((name) => [`${NAME}.services.${name}.${option}`, source] as const);
  });
  const all = new Map([...inherited, ...sources]);
  return (name) => nearest(all, name);
}

/** Source of the value itself, else of its closest parent, else of its first child. */
function nearest(sources: ReadonlyMap<string, string>, name: string): string {
  for (let path = name; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const source = sources.get(path);
    if (source !== undefined) return source;
  }
  for (const [path, source] of sources) if (path.startsWith(`${name}.`)) return source;
  return 'code';
}
