import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { ALL_PAGES } from '../../../../lib/meta/pages/all-pages.ts';
import { statisticView } from '../../../../lib/meta/pages/statistic-view.ts';
import { html } from '../../../../lib/meta/view/html.ts';

const ROOT = fileURLToPath(new URL('../../../../lib/meta/', import.meta.url));

/** Paraphrases, with the term that stands for each. */
const PARAPHRASES: Readonly<Record<string, RegExp>> = {
  'p50, p95, p99': /^(Half|\d\d %|\d\d of 100)/i,
  'min, max': /^(Least|Most|Longest)/,
  slot: /\bplace\b/i,
  uptime: /^(Up|Lived)$/,
  'event loop': /\b(busy|late)$/,
  CPU: /processor/i,
  'total time': /time in all/i,
  reason: /^(Why|Why not)$/,
  FD: /descriptor/i,
  'local, remote': /\bend$/,
  'queue limit': /^Room$/,
  labels: /^Of$/,
  'by, input': /^(Who|With|What)$/,
  dispatched: /^Handed/,
  transport: /^Way\b/,
  pending: /^On their way/,
  lingering: /^Being told/,
  'closed on shutdown': /^Given up/,
  'client gone': /^Left\b/,
  'send queue': /^Not yet sent/,
  'available memory': /^Still\b/,
  external: /^Outside\b/,
  'loop iterations': /^Turns\b/,
  'active handles': /keeps it alive/,
  ulimits: /^Limits of/,
  license: /^Licence/,
  checked: /^Looked/,
  declared: /^Asked for/,
  'self, total': /^(Itself|With what)/,
  idle: /^Nothing to do/,
  progress: /^How far/,
  'severity, advice': /^(How bad|What to do)/,
  current: /^Now$/,
  'last answer': /\bheard\b/i,
  target: /^Should be/,
  'queue wait': /^A new call waits/,
  overhead: /^Cost of/,
  admitted: /\blets? in\b/i,
  'per request': /^A request costs/,
  duration: /^Answer takes/,
  remaining: /^Time left/,
  expired: /\bforgotten\b/,
  forced: /waiting\/forced/,
  'page faults': /^from disk/i,
  'heap spaces': /^Spaces of/,
  resume: /^Go on/,
  'shed by cause': /^Refused: (too|standing)/,
  'no known problems': /^Nothing is wrong/,
};

/** Labels, titles and captions in the sources of the pages. */
const TEXTS = globSync(['pages/**/*.ts', 'view/*.ts', 'operations/*.ts'], { cwd: ROOT }).flatMap(
  (file) =>
    [
      ...readFileSync(`${ROOT}${file}`, 'utf8').matchAll(
        /(?:label|caption|title): '([^']+)'|section\(\s*'([^']+)'|figure\('([^']+)'/g,
      ),
    ].map(([, label, heading, figure]) => label ?? heading ?? figure ?? ''),
);

describe('labels of the pages', () => {
  it('are read from the sources', () => {
    expect(TEXTS).toEqual(expect.arrayContaining(['Slot', 'p95', 'PID']));
    expect(TEXTS.length).toBeGreaterThan(200);
  });

  it.each(Object.entries(PARAPHRASES))('say %s by its term', (_term, paraphrase) => {
    expect(TEXTS.filter((text) => paraphrase.test(text))).toEqual([]);
  });

  it('describe each page in one sentence that begins with a noun', () => {
    const poor = ALL_PAGES.filter(({ about }) => /^(What|Who|How|Which|Whoever)\b/.test(about));
    expect(poor.map(({ name }) => name)).toEqual([]);
  });

  it('give a gauge its own unit, and a duration that of time', () => {
    const statistic = { name: 'a', help: 'A', buckets: [], series: [] };
    const gauge = html`${statisticView({ ...statistic, kind: 'gauge', unit: 'bytes' })}`.markup;
    expect(gauge).toContain('<dd>bytes</dd>');
    const duration = { ...statistic, kind: 'duration', unit: 'seconds' } as const;
    expect(html`${statisticView(duration)}`.markup).toContain('<dd>time</dd>');
  });
});
