import type { PrimaryReports } from '../../reports/report-types.ts';
import { badge, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { facts, factsOf } from '../view/parts.ts';

export type ReloadReport = NonNullable<PrimaryReports['recycling']['reload']>;

/** How far a reload is. */
export function reloadFacts(reload: ReloadReport): Html {
  return facts(
    factsOf<ReloadReport>(
      {
        phase: ({ phase }) => ({
          label: 'Phase',
          value: badge(phase),
          help: 'CANARY: the first new worker proves itself; ROLLING: the others follow',
        }),
        replaced: ({ replaced, of }) => ({ label: 'Replaced', value: `${replaced} of ${of}` }),
        of: 'elsewhere',
        startedAt: ({ startedAt }) => ({ label: 'Started', value: moment(startedAt) }),
        isFollowed: ({ isFollowed }) => ({
          label: 'Followed by another reload',
          value: isFollowed ? 'yes' : 'no',
        }),
      },
      reload,
    ),
  );
}

type StoppedReload = NonNullable<PrimaryReports['recycling']['stoppedReload']>;

/** The last reload, which stopped. */
export function stoppedFacts(reload: StoppedReload): Html {
  return facts(
    factsOf<StoppedReload>(
      {
        failure: ({ failure }) => ({ label: 'Failure', value: failure }),
        replaced: ({ replaced, of }) => ({
          label: 'Replaced',
          value: `${replaced} of ${of}`,
          help: 'The other workers run the old code',
        }),
        of: 'elsewhere',
        at: ({ at }) => ({ label: 'Stopped', value: moment(at) }),
      },
      reload,
    ),
  );
}

/** One line about a reload under way; nothing otherwise. */
export function reloadNote(reload: ReloadReport | null): Html | '' {
  if (reload === null) return '';
  const { phase, replaced, of } = reload;
  return html`<p>
    ${badge(phase)} Reload: ${replaced} of ${of} workers replaced. <a href="/exits">Details</a>
  </p>`;
}
