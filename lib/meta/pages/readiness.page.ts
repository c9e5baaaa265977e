import { envelope } from '../envelope.ts';
import type { Answers } from '../group-reports.provider.ts';
import { html } from '../view/html.ts';
import { checksTable } from './checks-table.ts';
import { type HealthReport, groupHealthFacts } from './group-health.ts';
import { page } from './page.ts';

interface Readiness {
  /** Null: a primary of an older release, during an upgrade, has none. */
  group: HealthReport | null;
  workers: Answers<'readiness'>;
}

/** Time limit for an answer; checks have limits of their own. */
export const READINESS_TIMEOUT_MS = 900;

/** Readiness of the group, and the checks of the application. */
export const readinessPage = page<Readiness>({
  name: 'readiness',
  title: 'Readiness',
  section: 'Overview',
  isListed: false,
  about:
    'Workers, checks of the application (@ReadinessCheck()) and operators that decide /readyz.',
  async load({ reports, worker }) {
    const [group, { data, workers }] = await Promise.all([
      reports.primary('health').catch(() => null),
      reports.gather('readiness', { worker, timeoutMs: READINESS_TIMEOUT_MS }),
    ]);
    return envelope({ group, workers: data }, workers);
  },
  render({ data: { group, workers } }) {
    const rows = workers.flatMap(({ worker, value }) =>
      value.checks.map((check) => ({ ...check, worker })),
    );
    return html`${group === null ? '' : groupHealthFacts(group)}
    ${checksTable(rows, 'Readiness checks', 'No readiness checks.')}`;
  },
});
