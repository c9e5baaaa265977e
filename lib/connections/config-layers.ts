import { readFileSync } from 'node:fs';

import { wrongType } from '../common/options/checks.ts';
import type { ConnectionsModuleOptions } from './connections.options.ts';

/** Options and their source. */
export interface ConfigLayer {
  /** `code`, `environment`, or the path of a file. */
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Merged options, and the source of each value by its dotted name. */
export interface MergedLayers {
  readonly values: Record<string, unknown>;
  readonly sources: ReadonlyMap<string, string>;
}

/** Merges layers, later ones over earlier ones; only plain objects are merged in depth. */
export function mergeLayers(layers: readonly ConfigLayer[]): MergedLayers {
  const sources = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const { source, values: own } of layers)
    mergeInto(values, own, { path: '', source, sources });
  return { values, sources };
}

interface MergeState {
  path: string;
  source: string;
  sources: Map<string, string>;
}

function mergeInto(
  target: Record<string, unknown>,
  own: Readonly<Record<string, unknown>>,
  { path, source, sources }: MergeState,
): void {
  for (const [key, value] of Object.entries(own)) {
    if (value === undefined || key === '__proto__') continue;
    const name = path === '' ? key : `${path}.${key}`;
    if (!isPlain(value)) {
      target[key] = value;
      sources.set(name, source);
      continue;
    }
    const before = target[key];
    const inner: Record<string, unknown> = isPlain(before) ? before : {};
    target[key] = inner;
    mergeInto(inner, value, { path: name, source, sources });
  }
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @throws TypeError when the file can't be read, or holds no JSON object */
export function fileLayer(path: string): ConfigLayer {
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TypeError(`connections.file: ${path} can not be read as JSON`, { cause: error });
  }
  if (!isPlain(values)) throw wrongType('connections.file', 'a JSON object', values);
  return { source: path, values };
}

/** Sections besides `services`, whose variables must not be read as service names. */
const SECTIONS = ['defaults', 'dns', 'sockets'];

/**
 * Reads options from variables. After the prefix, `RATES` is the tiers of service `rates`,
 * `RATES__TIMEOUTS__TCP_MS` one of its settings, `DNS__MIN_TTL_MS` a process-wide setting.
 */
export function environmentLayer(
  prefix: string,
  environment: Readonly<Record<string, string | undefined>>,
  known: readonly string[],
): ConfigLayer {
  const values: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(prefix) || text === undefined || text === '') continue;
    const [first = '', ...rest] = variable.slice(prefix.length).split('__');
    if (first === '') continue;
    setIn(values, pathOf(first, rest, known), valueOf(text));
  }
  return { source: 'environment', values };
}

function pathOf(first: string, rest: readonly string[], known: readonly string[]): string[] {
  const section = SECTIONS.find((name) => name === first.toLowerCase());
  if (section !== undefined && rest.length > 0) return [section, ...rest.map(camelCase)];
  const service = known.find((name) => folded(name) === folded(first)) ?? kebabCase(first);
  return ['services', service, ...(rest.length === 0 ? ['tiers'] : rest.map(camelCase))];
}

function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let inner = target;
  for (const key of path.slice(0, -1)) {
    const next = inner[key];
    const child: Record<string, unknown> = isPlain(next) ? next : {};
    inner[key] = child;
    inner = child;
  }
  inner[path.at(-1) ?? ''] = value;
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

function kebabCase(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, '');
}

/** Splits options into those given in code and the layers over them: file, then environment. */
export function layersOf(
  { file, environment = 'BUTTRESS_CONNECTIONS_', ...settings }: ConnectionsModuleOptions,
  variables: Readonly<Record<string, string | undefined>>,
): { code: ConfigLayer; over: ConfigLayer[] } {
  const code = { source: 'code', values: { ...settings } };
  const over = file === undefined ? [] : [fileLayer(file)];
  if (environment === false) return { code, over };
  if (typeof environment !== 'string' || environment === '') {
    throw wrongType('connections.environment', 'a prefix or false', environment);
  }
  const known = [code, ...over].flatMap(({ values }) => {
    const services = (values as { services?: unknown }).services;
    return isPlain(services) ? Object.keys(services) : [];
  });
  return { code, over: [...over, environmentLayer(environment, variables, known)] };
}
