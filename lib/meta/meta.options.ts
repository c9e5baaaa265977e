import { booleanOption, objectOption } from '../common/options/checks.ts';
import { thisMachine } from '../common/options/machine.ts';
import {
  type ResolvedSecondaryListener,
  secondaryListenerOptions,
  type SecondaryListenerOptions,
} from '../common/secondary-listener.options.ts';
import {
  type InsightOptions,
  type ResolvedInsightOptions,
  resolveInsightOptions,
} from '../insight/insight.options.ts';

/**
 * Options for the reports of a worker and, if it is the only process, for the secondary listener.
 * In a Group, the Group's own `meta` configures the listener.
 */
export interface MetaModuleOptions extends SecondaryListenerOptions, InsightOptions {
  /** Whether the application's own listener serves `/livez` and `/readyz` too. @default false */
  probes?: boolean;
}

export interface ResolvedMetaOptions {
  readonly insight: ResolvedInsightOptions;
  /** Absent unless a port or a path was given. */
  readonly listener?: ResolvedSecondaryListener;
  readonly probes: boolean;
}

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveMetaOptions(options: MetaModuleOptions = {}): ResolvedMetaOptions {
  const {
    env,
    redact,
    certificates,
    probes = false,
    ...listener
  } = objectOption('meta', options, [
    'host',
    'port',
    'path',
    'setup',
    'allowedHosts',
    'maxAccess',
    'allow',
    'env',
    'redact',
    'certificates',
    'probes',
  ]);
  const isWanted = listener.port !== undefined || listener.path !== undefined;
  return Object.freeze({
    insight: resolveInsightOptions({
      ...(env === undefined ? {} : { env }),
      ...(redact === undefined ? {} : { redact }),
      ...(certificates === undefined ? {} : { certificates }),
    }),
    ...(isWanted
      ? { listener: secondaryListenerOptions.check('meta', listener, thisMachine()) }
      : {}),
    probes: booleanOption('meta.probes', probes),
  });
}
