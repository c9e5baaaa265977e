import { thisMachine } from '../../common/options/machine.ts';
import { HOLD_PREFIX, type HoldAnswer } from '../../connections/services/hold.options.ts';
import { LEVEL_PREFIX, levelChangeOptions } from '../../logging/level-change.options.ts';
import type { SettingValue } from '../../reports/setting.options.ts';
import type { WorkerAnswer } from '../envelope.ts';
import type { GroupReports } from '../group-reports.provider.ts';
import { OperationError } from '../meta.errors.ts';

interface CarriedOut {
  /** Name of the operation. */
  name: string;
  input: unknown;
  /** Name of the visitor. */
  by: string;
  answers: readonly WorkerAnswer[];
}

/** Change of a setting that keeps an operation; without a value it ends the change. */
interface Kept {
  name: string;
  value?: SettingValue;
  forMs: number;
}

/** Shortest change of a setting, in milliseconds. */
const MIN_MS = 1_000;

const KEEPERS: Readonly<Record<string, (done: CarriedOut) => Kept>> = {
  'connections.hold-down': (done) => ({ ...keptHold(done), value: true }),
  'connections.mark-up': keptHold,
  'log-levels': keptLevel,
};

/**
 * Has the group keep what workers have carried out: those that start later, have a blocked event
 * loop, or have not met an address yet do it too, and so do pool threads. Does nothing after
 * operations whose effect is over at once.
 *
 * @throws OperationError when no worker knows an address, or the primary refuses, such as beyond 50
 *   changes
 */
export async function keepChange(reports: GroupReports, done: CarriedOut): Promise<void> {
  const kept = KEEPERS[done.name]?.(done);
  if (kept === undefined) return;
  const { name, value, forMs } = kept;
  const { by } = done;
  const [operation, input] =
    value === undefined
      ? ['settings.drop', { name, by, ifChanged: true }]
      : ['settings.keep', { name, by, value, forMs: Math.max(MIN_MS, forMs) }];
  await reports.runPrimary(operation, input);
}

/** What the workers have checked, with its defaults. */
function keptHold({ answers }: CarriedOut): Kept {
  const given = answers.map(({ value }) => value as HoldAnswer & { forMs?: number });
  const { address = '', forMs = 0 } = given[0] ?? {};
  if (given.every(({ isKnown }) => isKnown === false)) {
    throw new OperationError(`No service has an address "${address}"`);
  }
  return { name: HOLD_PREFIX + address, forMs };
}

function keptLevel({ input }: CarriedOut): Kept {
  const { context, level, ttlMs } = levelChangeOptions.check('', input, thisMachine());
  const name = LEVEL_PREFIX + context;
  return level === null ? { name, forMs: ttlMs } : { name, value: level, forMs: ttlMs };
}
