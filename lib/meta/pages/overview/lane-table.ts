import type { PrimaryReports } from '../../../reports/report-types.ts';
import type { Lane } from '../../history/group-history.ts';
import { type Html, html } from '../../view/html.ts';
import { laneKey, laneStrip } from '../../view/lanes.ts';
import { columnsOf, table } from '../../view/table.ts';

/** Event loop of a slot, with its worker. */
interface LaneRow {
  slot: number;
  worker: number | null;
  state: string;
  lane: Lane;
}

const LANES = columnsOf<LaneRow>({
  slot: { label: 'Slot', kind: 'count', of: ({ slot }) => slot },
  worker: { label: 'Worker', kind: 'count', of: ({ worker }) => worker },
  state: { label: 'State', kind: 'state', of: ({ state }) => state },
  lane: {
    label: 'Event loop',
    of: ({ lane }) => lane.lagMs.at(-1) ?? 0,
    show: ({ lane, worker }) =>
      worker === null
        ? laneStrip(lane)
        : html`<a href="/blocked-loop?worker=${worker}" class="lane-link">${laneStrip(lane)}</a>`,
  },
});

/** Event loop of each slot by the second, beside the state of its worker. */
export function laneTable(lanes: readonly Lane[], workers: PrimaryReports['workers']): Html {
  const rows = lanes.map((lane): LaneRow => {
    // Every slot that the group needs has a row.
    const { id = null, state = 'PARKED' } = workers.find(({ slot }) => slot === lane.slot) ?? {};
    return { slot: lane.slot, worker: id, state, lane };
  });
  const about = {
    id: 'lanes',
    caption: 'Event loops by the second',
    empty: 'No worker has reported yet.',
  };
  return html`${table(LANES, rows, about)}${rows.length === 0 ? '' : laneKey()}`;
}
