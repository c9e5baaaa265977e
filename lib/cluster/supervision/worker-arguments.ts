import { semiSpaceMib } from '../../common/semi-space.ts';

/**
 * Half of the young generation of a worker from its start on, in mebibytes: what V8 lets it grow to
 * under load, and no more than its limits allow. Left to grow by itself it often stays at a small
 * part of that, and is collected ten times as often: 5 % of the CPU time of a small service. A small
 * container gives less.
 */
const MOST_SEMI_SPACE_MIB = 16;

/**
 * V8 ends a process from 80 % of its heap on when collections take most of its time, as they do on a
 * busy machine. Up to its limit there is room, and admission refuses what would fill it.
 */
const USE_WHOLE_HEAP = '--no-detect-ineffective-gcs-near-heap-limit';

/** Opens the inspector; the last two stop the process until a debugger is there. */
const INSPECTORS = /^--inspect(-brk|-wait)?(=|$)/;

const NO_STOP = ['--no-inspect-brk', '--no-inspect-wait'];

/** Whoever set one of these has decided. */
const SIZES = /^--(min|max)-semi-space-size(=|$)/;
const DETECTION = /^--(no-)?detect-ineffective-gcs-near-heap-limit$/;

/**
 * Node's arguments for a worker: those of the primary, and ours about its heap.
 *
 * @param shareBytes memory that it may use
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

/** Whether processes with these arguments open their inspectors. */
export function opensInspector(
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): boolean {
  return allArguments(own, nodeOptions).some((argument) => INSPECTORS.test(argument));
}

/** Node's arguments for a process of ours beside the primary: the inspector's port is taken. */
export function withoutInspector(own: readonly string[] = process.execArgv): string[] {
  return opensInspector(own) ? [...own, ...NO_STOP, '--no-inspect'] : [...own];
}

/** Node's arguments for a process that follows this one: its inspector has another port. */
export function withOtherInspector(own: readonly string[] = process.execArgv): string[] {
  return opensInspector(own) ? [...own, ...NO_STOP, '--inspect-port=0'] : [...own];
}

function allArguments(own: readonly string[], nodeOptions: string): string[] {
  return [...own, ...nodeOptions.split(' ')].map((one) => one.replaceAll('_', '-'));
}
