import { objectOption, wrongType } from '../common/options.ts';

/** What a process shows of itself. */
export interface InsightOptions {
  /**
   * Variables of the environment whose values are shown; all others show their names alone. Names
   * that sound secret are never shown.
   */
  env?: { show?: readonly string[] };
  /** Names of fields, besides the usual ones, whose values are not shown. @default none */
  redact?: readonly string[];
  /** Certificates in PEM whose expiry is watched, by path. @default none */
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
