import type { Envelope } from './envelope.ts';
import { Html, html } from './html.ts';

/** The page of the group: its workers and its accept queues, as tables. */
export function groupPage(
  workers: Envelope<readonly object[]>,
  queues: Envelope<readonly object[]>,
): string {
  const { expected, answered, missing } = workers.workers;
  const silent = missing.length > 0 ? `, silent: ${missing.join(', ')}` : '';
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Buttress</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <h1>Buttress</h1>
        <p>${answered} of ${expected} workers heard${silent}. As of <time>${workers.at}</time>.</p>
        <h2>Workers</h2>
        ${table(workers.data, 'No workers.')}
        <p><a href="/api/v1/workers">JSON</a></p>
        <h2>Accept queues</h2>
        ${table(queues.data, 'No listeners.')}
        <p><a href="/api/v1/accept-queue">JSON</a></p>
      </body>
    </html>`.markup;
}

function table(rows: readonly object[], emptyText: string): Html {
  const [first] = rows;
  if (first === undefined) return html`<p>${emptyText}</p>`;
  const names = Object.keys(first);
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${names.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${names.map((name) => cell(row, name))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(row: object, name: string): Html {
  const value: unknown = Object.getOwnPropertyDescriptor(row, name)?.value;
  const className = typeof value === 'number' ? 'number' : 'text';
  return html`<td class="${className}">${textOf(value, name)}</td>`;
}

/** A value for people: units by name, objects as their parts. */
function textOf(value: unknown, name: string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return numberText(value, name);
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const parts = Object.entries(value).map(([key, part]) => `${key} ${textOf(part, key)}`);
  return parts.join(', ');
}

function numberText(value: number, name: string): string {
  if (name.endsWith('Bytes')) return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (name === 'elu') return `${(value * 100).toFixed(0)} %`;
  if (name === 'uptimeMs') return `${(value / 1_000).toFixed(0)} s`;
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** The stylesheet: light and dark, readable on a phone. */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 80rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); text-align: left; white-space: nowrap; }
th { font-weight: 600; }
.number { text-align: right; }
`;
