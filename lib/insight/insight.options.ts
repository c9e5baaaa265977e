import { objectOption, wrongType } from '../common/options/checks.ts';

/** Options for the reports of a process. */
export interface InsightOptions {
  /**
   * Environment variables whose values are shown; of others, only the names are. A value whose name
   * sounds secret is never shown.
   */
  env?: { show?: readonly string[] };
  /** Additional names of fields whose values are hidden. @default none */
  redact?: readonly string[];
  /** Paths of PEM certificates whose expiry is watched. @default none */
  certificates?: readonly string[];
}

export interface ResolvedInsightOptions {
  readonly show: ReadonlySet<string>;
  readonly redact: readonly string[];
  readonly certificates: readonly string[];
}

/** @throws TypeError naming the option that is wrong */
export function resolveInsightOptions(options: InsightOptions = {}): ResolvedInsightOptions {
  const { env = {}, redact = [], certificates = [] } = options;
  const { show = [] } = objectOption('meta.env', env, ['show']);
  return Object.freeze({
    show: new Set(texts('meta.env.show', show)),
    redact: texts('meta.redact', redact),
    certificates: texts('meta.certificates', certificates),
  });
}

function texts(name: string, given: readonly string[]): readonly string[] {
  if (Array.isArray(given) && given.every((one) => typeof one === 'string')) return given;
  throw wrongType(name, 'a list of names', given);
}
