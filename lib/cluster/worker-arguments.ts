/**
 * Half of the young generation of a worker from its start on, in mebibytes: what V8 lets it grow to
 * under load, and no more than its limits allow. Left to grow by itself it often stays at a small
 * part of that, and is collected ten times as often: 5 % of the CPU time of a small service.
 */
const SEMI_SPACE_MIB = 16;

/** Whoever set one of these has decided. */
const SIZES = /^--(min|max)-semi-space-size(=|$)/;

/** Node's arguments for a worker: those of the primary, and the size of its young generation. */
export function workerArguments(
  own: readonly string[] = process.execArgv,
  nodeOptions = process.env['NODE_OPTIONS'] ?? '',
): string[] {
  const given = [...own, ...nodeOptions.split(' ')];
  if (given.some((argument) => SIZES.test(argument.replaceAll('_', '-')))) return [...own];
  return [...own, `--min-semi-space-size=${SEMI_SPACE_MIB}`];
}
