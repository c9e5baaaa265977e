import type { PrimaryReports } from '../../../reports/report-types.ts';
import type { Lane } from '../../history/group-history.ts';
import { badge } from '../../view/format.ts';
import { type Html, html } from '../../view/html.ts';
import { laneKey, laneStrip } from '../../view/lanes.ts';

type Rows = PrimaryReports['workers'];

/** Event loop of each slot by the second, beside the state of its worker. */
export function laneTable(lanes: readonly Lane[], workers: Rows): Html {
  if (lanes.length === 0) return html`<p class="empty">No worker has reported yet.</p>`;
  const rows = lanes.map((lane) => {
    const row = workers.find(({ slot }) => slot === lane.slot);
    return html`<tr>
      <td class="number">${lane.slot}</td>
      <td class="number">${row?.id ?? '–'}</td>
      <td class="state">${badge(row?.state ?? 'EXITED')}</td>
      <td>${laneStrip(lane)}</td>
    </tr>`;
  });
  return html`<div class="scroll">
      <table>
        <caption>
          Event loops by the second
        </caption>
        <thead>
          <tr>
            <th scope="col" class="number">Slot</th>
            <th scope="col" class="number">Worker</th>
            <th scope="col">State</th>
            <th scope="col">Event loop</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${laneKey()}`;
}
