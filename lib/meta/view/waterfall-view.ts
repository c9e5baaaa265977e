import type { Span, SpanKind, Waterfall } from '../model/waterfall.ts';
import { duration } from './format.ts';
import { type Html, html } from './html.ts';

const WIDTH = 1_000;
const HEIGHT = 16;
const COLOURS = 6;

/** Places of the axis, as parts of the duration. */
const TICKS = [0, 0.25, 0.5, 0.75, 1];

const KINDS: Readonly<Record<SpanKind, string>> = {
  admission: 'admission wait',
  step: 'step',
  own: 'own time of the handler',
  blocked: 'event loop blocked',
};

/** Draws the parts of a request's time as bars on an axis in milliseconds. */
export function waterfallView({ durationMs, spans }: Waterfall): Html {
  const names = [...new Set(spans.filter(({ kind }) => kind === 'step').map(({ name }) => name))];
  const classOf = ({ kind, name }: Span): string => {
    return kind === 'step' ? `step-${names.indexOf(name) % COLOURS}` : `time-${kind}`;
  };
  const rows = spans.map((span) => rowOf(span, durationMs, classOf(span)));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Waterfall">
      <table class="waterfall">
        <caption>
          Waterfall
        </caption>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col" class="number">Start</th>
            <th scope="col" class="number">Duration</th>
            <th scope="col">
              <span class="axis">
                ${TICKS.map((part) => html`<span>${duration(part * durationMs)}</span>`)}
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${keyOf(spans, classOf)}`;
}

function rowOf({ name, atMs, ms }: Span, durationMs: number, colour: string): Html {
  const scale = WIDTH / Math.max(durationMs, 1e-3);
  const x = Math.min(WIDTH - 2, atMs * scale);
  const width = Math.max(2, Math.min(WIDTH - x, ms * scale));
  return html`<tr>
    <td>${swatch(colour)} <code>${name}</code></td>
    <td class="number">${duration(atMs)}</td>
    <td class="number">${duration(ms)}</td>
    <td>
      <svg
        class="bar-of-time"
        viewBox="0 0 ${WIDTH} ${HEIGHT}"
        preserveAspectRatio="none"
        role="img"
        aria-label="${name}: ${duration(ms)}, after ${duration(atMs)}"
      >
        ${TICKS.slice(1, -1).map(
          (part) =>
            html`<line
              class="tick"
              x1="${part * WIDTH}"
              x2="${part * WIDTH}"
              y1="0"
              y2="${HEIGHT}"
            />`,
        )}
        <rect
          class="${colour}"
          x="${x.toFixed(1)}"
          y="2"
          width="${width.toFixed(1)}"
          height="${HEIGHT - 4}"
        />
      </svg>
    </td>
  </tr>`;
}

/** Meaning of the colours that occur. */
function keyOf(spans: readonly Span[], classOf: (span: Span) => string): Html {
  const byColour = new Map<string, string>();
  for (const span of spans) {
    const text = span.kind === 'step' ? span.name : KINDS[span.kind];
    const known = byColour.get(classOf(span));
    if (known === undefined) byColour.set(classOf(span), text);
    else if (!known.split(', ').includes(text)) byColour.set(classOf(span), `${known}, ${text}`);
  }
  return html`<p class="lane-key">
    ${Array.from(byColour, ([colour, text]) => html`${swatch(colour)} ${text} `)}
  </p>`;
}

function swatch(colour: string): Html {
  return html`<svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
    <rect class="${colour}" width="10" height="10" />
  </svg>`;
}
