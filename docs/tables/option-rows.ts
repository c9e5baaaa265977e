import type { Kind, Option } from '../../lib/common/options/kind.ts';

/** A row of a table of options. */
export interface OptionRow {
  name: string;
  default: string;
  accepts: string;
  meaning: string;
}

/** Describes an option by the group that declares it. */
export type Describe = (options: object, key: string) => string;

/** Lists the options of a group and of the groups within it. @param prefix of the names */
export function optionRows(
  kind: Kind<unknown, unknown>,
  describe: Describe,
  prefix = '',
): OptionRow[] {
  const { options = {} } = kind;
  return Object.entries(options).flatMap(([key, option]) => {
    const name = `${prefix}${key}`;
    const meaning = describe(options, key);
    const { kind: own } = option;
    const inner = own.options === undefined ? own.each : own;
    if (inner?.options === undefined) return [rowOf(name, option, meaning)];
    const below = optionRows(inner, describe, own.each === undefined ? `${name}.` : `${name}.*.`);
    const head = meaning === '' ? [] : [rowOf(name, option, meaning)];
    return head.concat(below);
  });
}

function rowOf(name: string, option: Option<Kind<unknown, unknown>>, meaning: string): OptionRow {
  return {
    name: `\`${name}\``,
    default: option.need === 'required' ? 'required' : defaultText(option),
    accepts: option.kind.accepts,
    meaning: meaning.replaceAll('|', String.raw`\|`),
  };
}

function defaultText({ fallback, kind }: Option<Kind<unknown, unknown>>): string {
  if (fallback === undefined) return '-';
  if ('of' in fallback) return fallback.text;
  const { literal } = fallback;
  if (typeof literal === 'number') return literal.toLocaleString('en-US');
  if (typeof literal === 'boolean') return `\`${String(literal)}\``;
  if (typeof literal === 'string') return `\`${literal}\``;
  if (!Array.isArray(literal)) return kind.options === undefined ? '-' : 'see below';
  return literal.length === 0 ? 'none' : literal.map((one) => `\`${String(one)}\``).join(', ');
}
