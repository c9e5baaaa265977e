import { MIB } from '../../common/mib.ts';
import { semiSpaceMib, semiSpacesOf } from '../../common/process/semi-space.ts';

/**
 * Largest initial semi-space of a worker's main thread; small containers get less. V8 alone often
 * leaves it at 1 or 2 MiB and collects that much more often: 5 % of a small service's CPU time. A
 * busy thread touches two of them.
 */
const MOST_SEMI_SPACE_MIB = 8;

/** Below this V8's own initial size is no different. */
const LEAST_SEMI_SPACE_MIB = 2;

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
  const hasDetection = allArguments(own, nodeOptions).some((one) => DETECTION.test(one));
  return [
    ...own,
    ...(hasYoungSize(own, nodeOptions) ? [] : youngSizes(shareBytes)),
    ...(hasDetection ? [] : [USE_WHOLE_HEAP]),
  ];
}

/** Whether these arguments set the size of the young generation. */
export function hasYoungSize(
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): boolean {
  return allArguments(own, nodeOptions).some((one) => SIZES.test(one));
}

/** V8 derives the largest young generation from the memory of the machine, as if it were alone. */
function youngSizes(shareBytes: number): string[] {
  const { maxMib, ratio } = semiSpacesOf(process.versions.v8);
  const most = Math.max(1, Math.round((shareBytes * ratio) / MIB));
  const least = semiSpaceMib(shareBytes, MOST_SEMI_SPACE_MIB);
  return [
    ...(least < LEAST_SEMI_SPACE_MIB ? [] : [`--min-semi-space-size=${least}`]),
    ...(most < maxMib ? [`--max-semi-space-size=${most}`] : []),
  ];
}

/** Semi-space of the meta process, which holds most of a page until the page is sent. */
const META_SEMI_SPACE_MIB = 8;

/**
 * Growth of the meta process's heap between two collections. V8 keeps the memory of a heap's peak
 * until the process is idle: 160 MB after four minutes with busy viewers, 95 MB with this.
 */
const META_GROWTH = '--heap-growing-percent=50';

/** Node's arguments for the meta process. */
export function metaArguments(
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): string[] {
  const size = hasYoungSize(own, nodeOptions)
    ? []
    : [`--max-semi-space-size=${META_SEMI_SPACE_MIB}`];
  return [META_GROWTH, ...withoutInspector(own, nodeOptions), ...size];
}

/** Whether these arguments open the inspector. */
export function opensInspector(
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): boolean {
  return allArguments(own, nodeOptions).some((argument) => INSPECTORS.test(argument));
}

/** Without inspector: the primary has its port. */
function withoutInspector(own: readonly string[], nodeOptions: string): string[] {
  return opensInspector(own, nodeOptions) ? [...own, ...NO_STOP, '--no-inspect'] : [...own];
}

/** Node's arguments for a new primary, with another inspector port. */
export function withOtherInspector(own: readonly string[] = process.execArgv): string[] {
  return opensInspector(own) ? [...own, ...NO_STOP, '--inspect-port=0'] : [...own];
}

function allArguments(own: readonly string[], nodeOptions: string): string[] {
  return [...own, ...nodeOptions.split(' ')].map((one) => one.replaceAll('_', '-'));
}
