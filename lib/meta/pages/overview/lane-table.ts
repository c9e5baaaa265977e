import type { PrimaryReports } from '../../../reports/report-types.ts';
import type { Lane } from '../../history/group-history.ts';
import { type Html, html } from '../../view/html.ts';
import { laneKey, type LaneOptions, laneStrip } from '../../view/lanes.ts';
import { columnsOf, table } from '../../view/table.ts';

/** Event loop of a slot, with its worker. */
interface LaneRow {
  slot: number;
  worker: number | null;
  state: string;
  options: LaneOptions;
  lane: Lane;
}

const MS_PER_SECOND = 1_000;

/** Slots beyond which a cell spans two seconds: the page of a large group stays small. */
const MANY = 16;
const SECONDS = 300;
const SPANS = 150;

const LANES = columnsOf<LaneRow>({
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  state: { label: 'State', kind: 'state', of: ({ state }) => state },
  options: 'elsewhere',
  lane: {
    label: 'Event loop',
    of: ({ lane }) => lane.lagMs.at(-1) ?? 0,
    show: (row) =>
      html`<a href="${blocksOf(row)}" class="lane-link">${laneStrip(row.lane, row.options)}</a>`,
  },
});

/** Stacks of the blocks that a lane shows: those of its worker's predecessors too, if it is younger. */
function blocksOf({ worker, lane, options: { bornAgo = 0 } }: LaneRow): string {
  const isWhole = worker !== null && bornAgo >= lane.elu.length;
  return isWhole ? `/blocked-loop?worker=${worker}` : '/blocked-loop';
}

/** Event loop of each slot by the second, beside the state of its worker. */
export function laneTable(lanes: readonly Lane[], workers: PrimaryReports['workers']): Html {
  const most = lanes.length > MANY ? SPANS : SECONDS;
  const rows = lanes.map((lane): LaneRow => {
    // Every slot that the group needs has a row.
    const {
      id = null,
      state = 'PARKED',
      uptimeMs = 0,
    } = workers.find(({ slot }) => slot === lane.slot) ?? {};
    const bornAgo = Math.ceil((uptimeMs ?? 0) / MS_PER_SECOND);
    return { slot: lane.slot, worker: id, state, options: { bornAgo, most }, lane };
  });
  const about = {
    id: 'lanes',
    caption: 'Event loops by the second',
    empty: 'No worker has reported yet.',
  };
  return html`${table(LANES, rows, about)}${rows.length === 0 ? '' : laneKey()}`;
}
