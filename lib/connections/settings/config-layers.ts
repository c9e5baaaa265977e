import { readFileSync } from 'node:fs';

import { wrongOption } from '../../common/errors/wrong-use.ts';
import { optionName, wrongType } from '../../common/options/checks.ts';
import type { Machine } from '../../common/options/machine.ts';
import { connectionsOptions } from './connections.options.ts';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

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

/**
 * Merges layers, later ones over earlier ones; only objects are merged in depth.
 *
 * @param path of the values in `sources`
 */
export function mergeLayers(layers: readonly ConfigLayer[], path = ''): MergedLayers {
  const sources = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const { source, values: own } of layers) mergeInto(values, own, { path, source, sources });
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
    const name = optionName(path, key);
    if (!isPlain(value)) {
      target[key] = value;
      sources.set(name, source);
      continue;
    }
    const inner = innerOf(target[key]);
    target[key] = inner;
    mergeInto(inner, value, { path: name, source, sources });
  }
}

/** The object to merge into: of a class of the user's, a copy. */
function innerOf(before: unknown): Record<string, unknown> {
  if (isPlain(before)) return before;
  return isObject(before) ? { ...before } : {};
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** @throws TypeError when the file can't be read, holds no JSON object, or names the layers */
function fileLayer(path: string): ConfigLayer {
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TypeError(`connections.file: ${path} cannot be read as JSON`, { cause: error });
  }
  if (!isPlain(values)) throw wrongType('connections.file', 'a JSON object', values);
  const misplaced = OF_CODE.find((key) => key in values);
  if (misplaced !== undefined) {
    throw wrongOption(`connections.file: ${path} sets "${misplaced}", which only code can set`);
  }
  return { source: path, values };
}

/** Options that name the layers over code. */
const OF_CODE = ['file', 'environment'] as const;

/** Sections besides `services`, whose variables must not be read as service names. */
const SECTIONS = Object.keys(connectionsOptions.table).filter((name) => {
  return name !== 'services' && !OF_CODE.some((key) => key === name);
});

/**
 * Reads options from variables. After the prefix, `RATES` is the tiers of service `rates`,
 * `RATES__TIMEOUTS__TCP_MS` one of its settings, `DNS__MIN_TTL_MS` a process-wide setting.
 */
function environmentLayer(
  prefix: string,
  variables: Variables,
  known: readonly string[],
): ConfigLayer {
  const values: Record<string, unknown> = {};
  for (const [variable, text] of Object.entries(variables)) {
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

/**
 * Splits options into those given in code and the layers over them: file, then environment.
 *
 * @throws TypeError for a wrong `file` or `environment`
 */
export function layersOf(
  given: object,
  { variables, machine }: { variables: Variables; machine: Machine },
): { code: ConfigLayer; over: ConfigLayer[] } {
  const { file, environment, ...sections } = given as Record<(typeof OF_CODE)[number], unknown>;
  const checked = connectionsOptions.check('connections', { file, environment }, machine);
  const code = { source: 'code', values: sections };
  const over = checked.file === undefined ? [] : [fileLayer(checked.file)];
  if (checked.environment === undefined) return { code, over };
  const known = [code, ...over].flatMap(({ values }) => {
    const { services } = values as { services?: unknown };
    return isObject(services) ? Object.keys(services) : [];
  });
  return { code, over: [...over, environmentLayer(checked.environment, variables, known)] };
}
