import { semiSpaceMib } from '../../common/semi-space.ts';

/**
 * Largest initial semi-space of a worker; small containers get less. V8 alone often leaves it at
 * a fraction of that and collects ten times as often: 5 % of a small service's CPU time.
 */
const MOST_SEMI_SPACE_MIB = 16;

/**
 * Above 80 % of its heap limit, V8 ends a process that spends most of its time collecting, as on a
 * busy machine. The rest is usable: admission sheds what would fill it.
 */
const USE_WHOLE_HEAP = '--no-detect-ineffective-gcs-near-heap-limit';

/** Options that open the inspector; `-brk` and `-wait` stop until a debugger attaches. */
const INSPECTORS = /^--inspect(-brk|-wait)?(=|$)/;

const NO_STOP = ['--no-inspect-brk', '--no-inspect-wait'];

/** Options that override ours. */
const SIZES = /^--(min|max)-semi-space-size(=|$)/;
const DETECTION = /^--(no-)?detect-ineffective-gcs-near-heap-limit$/;

/**
 * Node's arguments for a worker: the primary's, plus heap settings.
 *
 * @param shareBytes the worker's share of memory
 */
export function workerArguments(
  shareBytes: number,
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): string[] {
  const given = allArguments(own, nodeOptions);
  const hasSize = given.some((argument) => SIZES.test(argument));
  const hasDetection = given.some((argument) => DETECTION.test(argument));
  return [
    ...own,
    ...(hasSize ? [] : [`--min-semi-space-size=${semiSpaceMib(shareBytes, MOST_SEMI_SPACE_MIB)}`]),
    ...(hasDetection ? [] : [USE_WHOLE_HEAP]),
  ];
}

/** Whether these arguments open the inspector. */
export function opensInspector(
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): boolean {
  return allArguments(own, nodeOptions).some((argument) => INSPECTORS.test(argument));
}

/** Node's arguments for the meta process, without inspector: the primary has its port. */
export function withoutInspector(own: readonly string[] = process.execArgv): string[] {
  return opensInspector(own) ? [...own, ...NO_STOP, '--no-inspect'] : [...own];
}

/** Node's arguments for a new primary, with another inspector port. */
export function withOtherInspector(own: readonly string[] = process.execArgv): string[] {
  return opensInspector(own) ? [...own, ...NO_STOP, '--inspect-port=0'] : [...own];
}

function allArguments(own: readonly string[], nodeOptions: string): string[] {
  return [...own, ...nodeOptions.split(' ')].map((one) => one.replaceAll('_', '-'));
}
