import type { ServiceName } from '../../common/files/package-file.ts';
import type { RunningProcess } from '../../common/process/running-process.ts';
import { duration } from './format.ts';
import { type Html, html, type HtmlValue } from './html.ts';

/** What a group is, and where it runs. */
export interface GroupIdentity extends RunningProcess {
  service: ServiceName;
}

/** Name of the group in the title of a tab. */
export function tabName({ service, host }: GroupIdentity): string {
  return `${service.name === '' ? 'service' : service.name}@${host}`;
}

/** Which service this is, where it runs, and for how long. */
export function masthead(identity: GroupIdentity, now: number): Html {
  const { service, environment, host, startedAt } = identity;
  const name = service.name === '' ? 'Service' : service.name;
  const upMs = Math.max(0, now - Date.parse(startedAt));
  const parts: HtmlValue[] = [
    html`<strong>${name}</strong>${service.version === '' ? '' : ` ${service.version}`}`,
    ...(environment === null ? [] : [environment]),
    host,
    html`<span title="since ${startedAt}">up ${duration(upMs)}</span>`,
  ];
  return html`<p class="masthead">${parts.map((part) => html`<span>${part}</span>`)}</p>`;
}
