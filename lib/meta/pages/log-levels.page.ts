import { html } from '../view/html.ts';
import { perWorker } from '../view/parts.ts';
import { facts } from '../view/parts.ts';
import { table } from '../view/table.ts';
import { reportPage } from './page.ts';

/** Log levels, and temporary overrides. */
export const logLevelsPage = reportPage({
  name: 'log-levels',
  title: 'Log levels',
  group: 'Records',
  about: 'Levels of the logs, and those that were set for a while. Set them under Operations.',
  render: ({ data }) =>
    perWorker(
      data,
      ({ level, overrides }, worker) =>
        html`${facts([{ label: 'Level', value: level }])}
        ${table(
          [
            { label: 'Where', kind: 'code', of: ({ context }) => context },
            { label: 'Level', of: ({ level: own }) => own },
            { label: 'Holds for', kind: 'duration', of: ({ remainingMs }) => remainingMs },
          ],
          overrides,
          {
            id: `levels-${worker}`,
            caption: 'Levels set for a while',
            empty: 'None was set for a while.',
          },
        )}`,
    ),
});
