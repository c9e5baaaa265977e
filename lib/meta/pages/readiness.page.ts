import type { PrimaryReports } from '../../reports/report-types.ts';
import { envelope } from '../envelope.ts';
import type { Answers } from '../group-reports.provider.ts';
import { badge, duration, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, factsOf } from '../view/parts.ts';
import { checksTable } from './checks-table.ts';
import { page } from './page.ts';

type Health = PrimaryReports['health'];

interface Readiness {
  /** Null: a primary of an older release, during an upgrade, has none. */
  group: Health | null;
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
    return html`${group === null ? '' : healthFacts(group)}
    ${checksTable(rows, 'Readiness checks', 'No readiness checks.')}`;
  },
});

function healthFacts(group: Health): Html {
  return facts(
    factsOf<Health>(
      {
        isReady: ({ isReady }) => ({
          label: 'Group',
          value: badge(isReady ? 'READY' : 'NOT READY'),
        }),
        readyWorkers: ({ readyWorkers }) => ({
          label: 'Ready workers',
          value: readyWorkers,
          help: 'READY workers that pass their own checks',
        }),
        quorum: ({ quorum }) => ({
          label: 'Quorum',
          value: quorum,
          help: 'Ready workers that make the group ready',
        }),
        failure: ({ failure }) => ({ label: 'Health', value: failureText(failure) }),
      },
      group,
    ),
  );
}

/** Who failed the health, since when and why. */
export function failureText(failure: Health['failure']): Html {
  if (failure === null) return html`not failed by an operator`;
  const { by, reason, since, remainingMs } = failure;
  return html`${badge('FAILED')} by ${by}, ${moment(since)},
  ${remainingMs === null ? 'until restored' : `for ${duration(remainingMs)} more`}${reason === null ? '' : `: ${reason}`}`;
}
