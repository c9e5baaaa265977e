import type { PrimaryReports } from '../../reports/report-types.ts';
import { badge, duration, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, factsOf } from '../view/parts.ts';

export type HealthReport = PrimaryReports['health'];

/** Whether the group is ready, and what an operator has done to its health. */
export function groupHealthFacts(group: HealthReport): Html {
  return facts(
    factsOf<HealthReport>(
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

function failureText(failure: HealthReport['failure']): Html {
  if (failure === null) return html`not failed by an operator`;
  const { by, reason, since, remainingMs } = failure;
  return html`${badge('FAILED')} by ${by}, ${moment(since)},
  ${remainingMs === null ? 'until restored' : `for ${duration(remainingMs)} more`}${reason === null ? '' : `: ${reason}`}`;
}
