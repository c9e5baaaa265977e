import { objectOption } from '../common/options/checks.ts';
import { type ConfigLayer, isPlain, layersOf, mergeLayers } from './config-layers.ts';
import type {
  ConnectionsFeatureOptions,
  ConnectionsModuleOptions,
  ServiceOptions,
} from './connections.options.ts';
import { type ProcessSettings, resolveProcessSettings } from './process-settings.ts';
import { resolveService, type ServiceSettings } from './service-settings.ts';

/** A setting's value and its source. */
export interface SourcedValue {
  name: string;
  value: unknown;
  source: string;
}

/** The resolved options of `forRoot`. */
export interface ResolvedConnections {
  readonly process: ProcessSettings;
  readonly services: readonly ServiceSettings[];
  readonly values: readonly SourcedValue[];
  /** File and environment, which also override options that features add later. */
  readonly over: readonly ConfigLayer[];
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Services that only file or environment name; a feature may still add them in code. */
  readonly notInCode: readonly string[];
}

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveConnections(
  options: ConnectionsModuleOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedConnections {
  objectOption('connections', options, [...KNOWN, 'file', 'environment']);
  const { code, over } = layersOf(options, environment);
  const { values, sources } = mergeLayers([code, ...over]);
  const {
    services = {},
    defaults = {},
    dns,
    sockets,
  } = objectOption('connections', values as ConnectionsModuleOptions, KNOWN);
  const settings = resolveProcessSettings({
    ...(dns === undefined ? {} : { dns }),
    ...(sockets === undefined ? {} : { sockets }),
  });
  const resolved = servicesOf(services, { ...defaults });
  const sourceOf = (name: string): string => nearest(sources, name);
  return {
    process: settings,
    services: resolved,
    over,
    defaults: { ...defaults },
    notInCode: Object.keys(services).filter((name) => options.services?.[name] === undefined),
    values: [
      ...leaves('dns', settings.dns, sourceOf),
      ...leaves('sockets', settings.sockets, sourceOf),
      ...resolved.flatMap((service) => valuesOf(service, sourceOf)),
    ],
  };
}

/** Resolves a feature's services, with file and environment applied over them. */
export function resolveFeature(
  options: ConnectionsFeatureOptions,
  { over, defaults }: Pick<ResolvedConnections, 'over' | 'defaults'>,
): { services: ServiceSettings[]; values: SourcedValue[] } {
  const { services = {} } = objectOption('connections', options, ['services']);
  const names = Object.keys(services);
  const merged = mergeLayers([{ source: 'code', values: { services } }, ...over]);
  const all = merged.values['services'] as Record<string, ServiceOptions>;
  const own = Object.fromEntries(names.map((name) => [name, all[name] ?? {}]));
  const resolved = servicesOf(own, defaults);
  const sourceOf = (name: string): string => nearest(merged.sources, name);
  return {
    services: resolved,
    values: resolved.flatMap((service) => valuesOf(service, sourceOf)),
  };
}

const KNOWN = ['services', 'defaults', 'dns', 'sockets'] as const;

function servicesOf(
  services: Readonly<Record<string, ServiceOptions>>,
  defaults: Readonly<Record<string, unknown>>,
): ServiceSettings[] {
  return Object.entries(services).map(([name, own]) => {
    if (!isPlain(own)) return resolveService(name, own);
    const { values } = mergeLayers([
      { source: 'code', values: defaults },
      { source: 'code', values: own },
    ]);
    return resolveService(name, values);
  });
}

function valuesOf(service: ServiceSettings, sourceOf: (name: string) => string): SourcedValue[] {
  const { name, ...settings } = service;
  const given = (path: string): string => {
    const own = sourceOf(path);
    const general = sourceOf(path.replace(`services.${name}.`, 'defaults.'));
    return own === 'default' ? general : own;
  };
  return leaves(`services.${name}`, settings, given);
}

/** Flattens to values by dotted name; a list and `tls` each count as one value. */
function leaves(path: string, values: object, sourceOf: (name: string) => string): SourcedValue[] {
  return Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    const name = `${path}.${key}`;
    if (isPlain(value) && key !== 'tls') return leaves(name, value, sourceOf);
    const shown = key === 'tls' ? tlsShown(value) : plainOf(value);
    return [{ name: `connections.${name}`, value: shown, source: sourceOf(name) }];
  });
}

/** Shows which TLS options are set; their values may be secret. */
function tlsShown(value: unknown): unknown {
  return value === undefined ? false : Object.keys(value as object);
}

function plainOf(value: unknown): unknown {
  if (value === undefined || value === Infinity) return null;
  return typeof value === 'function' || (typeof value === 'object' && !Array.isArray(value))
    ? '(code)'
    : value;
}

/** Source of the value itself, else of its closest parent, else of its first child. */
function nearest(sources: ReadonlyMap<string, string>, name: string): string {
  for (let path = name; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    const source = sources.get(path);
    if (source !== undefined) return source;
  }
  for (const [path, source] of sources) if (path.startsWith(`${name}.`)) return source;
  return 'default';
}
