import { thrownMessage } from '../../common/errors/to-error.ts';
import { withIsoTimes } from '../api/iso-times.ts';
import { STYLE } from '../assets/style.ts';
import type { Page, Question, Sources } from '../pages/page.ts';
import { Html, html } from '../view/html.ts';
import type { Job, Operation } from './operation.ts';

/** Source of the contents of a bundle. */
export interface BundleSource {
  readonly brand: string;
  readonly pages: readonly Page[];
  readonly sources: Sources;
  load(target: { page: Page }, question: Question): Promise<{ at: string; data: unknown }>;
}

/** Pages that would only bloat a bundle. */
const LEFT_OUT = new Set(['packages', 'operations']);

/** Maximum number of rows of each list: more than a page shows, because nobody can ask for the rest. */
const MAX_ROWS = 5_000;

/** Saves all pages as one self-contained file, to keep and to pass on. */
export function incidentBundleOperation(source: () => BundleSource): Operation {
  return {
    name: 'incident-bundle',
    title: 'Incident bundle',
    summary: 'All pages as they are now, in one self-contained file. Hidden values stay hidden.',
    access: 'operate',
    fields: [{ name: 'note', label: 'Note', kind: 'text', isOptional: true }],
    async run(job) {
      return keepBundle(source(), job, String(job.input['note'] ?? ''));
    },
  };
}

/** Keeps all pages as one file. @returns their names */
export async function keepBundle(
  source: BundleSource,
  job: Job,
  note: string,
): Promise<{ pages: string[] }> {
  const { brand, pages } = source;
  const wanted = pages.filter(({ name, access }) => access === 'read' && !LEFT_OUT.has(name));
  const parts: Html[] = [];
  for (const page of wanted) {
    if (job.signal.aborted) break;
    job.progress(page.title);
    // oxlint-disable-next-line no-await-in-loop -- one after another, so that workers have time
    parts.push(await partOf(page, source));
  }
  const at = new Date().toISOString();
  await job.keep({
    name: `incident-${at.replaceAll(/[:.]/g, '-')}.html`,
    type: 'text/html; charset=utf-8',
    access: 'operate',
    content: { text: documentOf(`${brand}, ${at}`, note, parts) },
  });
  return { pages: wanted.map(({ name }) => name) };
}

async function partOf(page: Page, source: BundleSource): Promise<Html> {
  const visitor = { name: 'an incident bundle', access: 'read' } as const;
  const query: Question['query'] = 'limit' in page.parameters ? { limit: `${MAX_ROWS}` } : {};
  const question: Question = { ...source.sources, visitor, worker: undefined, query };
  try {
    const loaded = await source.load({ page }, question);
    const envelope = loaded as Parameters<typeof page.render>[0];
    return html`<section id="${page.name}">
      <h2>${page.title}</h2>
      <p class="about">${page.about} ${envelope.at}</p>
      ${page.render(envelope, question)}${dataOf(page.name, envelope)}
    </section>`;
  } catch (error) {
    const reason = thrownMessage(error);
    return html`<section id="${page.name}">
      <h2>${page.title}</h2>
      <p class="poor">${reason}</p>
    </section>`;
  }
}

/** Embeds the JSON for programs; escapes `<`, so that nothing in it can close the element. */
function dataOf(name: string, envelope: { data: unknown }): Html {
  const told = { ...envelope, data: withIsoTimes(name, envelope.data) };
  const text = JSON.stringify(told).replaceAll('<', String.raw`\u003c`);
  return new Html(`<script type="application/json" data-page="${name}">${text}</script>`);
}

function documentOf(title: string, note: string, parts: readonly Html[]): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="content-security-policy" content="${policy}" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)} body {
            display: block;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${note}</p>
          ${parts}
        </main>
      </body>
    </html> `.markup;
}
