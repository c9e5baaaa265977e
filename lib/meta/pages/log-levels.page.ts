import { html } from '../view/html.ts';
import { perWorker } from '../view/parts.ts';
import { facts } from '../view/parts.ts';
import { table } from '../view/table.ts';
import { reportPage } from './page.ts';

/** Log levels, and temporary overrides. */
export const logLevelsPage = reportPage({
  name: 'log-levels',
  title: 'Log levels',
  section: 'Logs',
  about: 'Log levels, and temporary overrides. Set them under Operations.',
  render: ({ data }) =>
    perWorker(
      data,
      ({ level, overrides }, worker) =>
        html`${facts([{ label: 'Level', value: level }])}
        ${table(
          [
            { label: 'Context', kind: 'code', of: ({ context }) => context },
            { label: 'Level', of: ({ level: own }) => own },
            { label: 'Remaining', kind: 'duration', of: ({ remainingMs }) => remainingMs },
          ],
          overrides,
          {
            id: `levels-${worker}`,
            caption: 'Temporary levels',
            empty: 'No temporary levels.',
          },
        )}`,
    ),
});
