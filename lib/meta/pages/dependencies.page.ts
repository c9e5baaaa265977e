import type { Visitor } from '../access.ts';
import type { Envelope, WorkerAnswer } from '../envelope.ts';
import { NotFoundError } from '../meta.errors.ts';
import { dependenciesOf, type Dependency, type DependencyEndpoint } from '../model/dependencies.ts';
import { badge, count, duration, moment } from '../view/format.ts';
import { type Html, html } from '../view/html.ts';
import { perWorker, section } from '../view/parts.ts';
import { type Column, type ColumnsOf, columnsOf, table } from '../view/table.ts';
import { markForms } from './mark-form.ts';
import { page, type Question } from './page.ts';
import { type Connections, pairs, phasesText, serviceView, socketFacts } from './service-view.ts';

interface Dependencies {
  services: Dependency[];
  sockets: Pick<Connections, 'sockets' | 'names'>[];
}

type Service = Connections['services'][number];

interface OneDependency {
  /** Null: no worker knows it, but not all have answered. */
  service: Dependency | null;
  workers: WorkerAnswer<Service>[];
}

/** Services that the application calls, over all workers. */
export const dependenciesPage = page<Dependencies>({
  name: 'dependencies',
  title: 'Dependencies',
  section: 'Dependencies',
  about: 'Services that the application calls: endpoints, health, pools, timings and errors.',
  async load({ reports, worker }) {
    const [connections, requests] = await loadBoth({ reports, worker });
    const sockets = connections.data.map(({ value }) => {
      return { sockets: value.sockets, names: value.names };
    });
    const services = dependenciesOf(connections.data, requests.data);
    return { ...connections, data: { services, sockets } };
  },
  render({ data: { services, sockets } }, { visitor }) {
    const own = table(columnsFor(visitor), services, {
      id: 'dependencies',
      caption: 'Services',
      empty: 'No service is configured.',
    });
    return html`${own}
      <p class="hint">
        p95 is that of the slowest worker. Routes are those of recorded requests that called the
        service. An endpoint is UP once a connection has succeeded, UNTRIED before.
      </p>
      ${sockets.length === 0 ? '' : socketFacts(sockets)}`;
  },
  item: {
    about: 'Name of a service.',
    async load({ reports, worker }, name): Promise<Envelope<OneDependency>> {
      const [connections, requests] = await loadBoth({ reports, worker });
      const workers = connections.data.flatMap(({ worker: id, value }) => {
        const own = value.services.find((one) => one.name === name);
        return own === undefined ? [] : [{ worker: id, value: own }];
      });
      const all = dependenciesOf(connections.data, requests.data);
      const service = all.find((one) => one.name === name) ?? null;
      if (service === null && connections.workers.missing.length === 0) {
        throw new NotFoundError(`There is no service "${name}"`);
      }
      return { ...connections, data: { service, workers } };
    },
    render({ data }, { visitor }) {
      const { service, workers } = data as OneDependency;
      if (service === null) return html`<p class="empty">No worker has reported this service.</p>`;
      return html`${table(columnsFor(visitor), [service], { id: 'dependency', caption: service.name, empty: '' })}
      ${section(
        'Per worker',
        perWorker(workers, (one, id) => serviceView(one, String(id))),
      )}`;
    },
  },
});

/** Requests tell which routes use a service; they add a worker's answer, not a condition. */
function loadBoth({ reports, worker }: Pick<Question, 'reports' | 'worker'>) {
  return Promise.all([
    reports.gather('connections', { worker }),
    reports.gather('requests', { worker }),
  ]);
}

const COLUMNS: ColumnsOf<Dependency> = {
  name: {
    label: 'Service',
    kind: 'code',
    of: ({ name }) => name,
    show: ({ name, tls }) =>
      html`<a href="/dependencies/${encodeURIComponent(name)}"><code>${name}</code></a
        >${tls ? ' TLS' : ''}`,
  },
  aliases: 'elsewhere',
  tls: 'elsewhere',
  state: { label: 'State', kind: 'state', of: ({ state }) => state },
  endpoints: 'elsewhere',
  p95Ms: { label: 'p95 by phase', of: () => '', show: ({ p95Ms }) => phasesText(p95Ms) },
  open: {
    label: 'Connections',
    kind: 'count',
    of: ({ open }) => open,
    show: ({ open, idle, waiting, max }) =>
      pairs([
        ['Open', count(open)],
        ['Idle', count(idle)],
        ['Waiting', count(waiting)],
        ['Max', max === 0 ? '–' : count(max)],
      ]),
  },
  idle: 'elsewhere',
  waiting: 'elsewhere',
  max: 'elsewhere',
  requested: { label: 'Requests', kind: 'count', of: ({ requested }) => requested },
  failed: {
    label: 'Failed',
    kind: 'count',
    of: ({ failed }) => failed,
    show: ({ failed }) =>
      failed === 0 ? '0' : html`<strong class="poor">${count(failed)}</strong>`,
  },
  errors: 'elsewhere',
  lastError: {
    label: 'Errors',
    of: ({ lastError }) => lastError?.message,
    show: (service) => errorsOf(service),
  },
  routes: { label: 'Used by', of: ({ routes }) => routes.length, show: routesOf },
};

/** Columns for a visitor, who may have forms in the rows. */
function columnsFor(visitor: Visitor): readonly Column<Dependency>[] {
  return columnsOf<Dependency>({
    ...COLUMNS,
    endpoints: {
      label: 'Endpoints',
      of: ({ endpoints }) => endpoints.length,
      show: ({ endpoints }) => endpointList(endpoints, visitor),
    },
  });
}

function endpointList(endpoints: readonly DependencyEndpoint[], visitor: Visitor): Html {
  return html`<ul class="endpoints">
    ${endpoints.map(
      (endpoint) =>
        html`<li>
          ${badge(endpoint.state)} <code>${endpoint.address}</code>
          <span class="hint">${aboutEndpoint(endpoint)}</span>
          ${markForms(endpoint, visitor)}
        </li>`,
    )}
  </ul>`;
}

/** Tier, differences between workers, failures and time down. */
function aboutEndpoint({ tier, states, failures, forMs }: DependencyEndpoint): string {
  const differing = Object.entries(states);
  return [
    `tier ${tier + 1}`,
    ...(differing.length < 2
      ? []
      : [differing.map(([state, workers]) => `${state} in ${workers}`).join(', ')]),
    ...(failures === 0 ? [] : [`${count(failures)} consecutive failures`]),
    ...(forMs === 0 ? [] : [`for ${duration(forMs)}`]),
  ].join('; ');
}

/** What all codes of errors of connections begin with. */
const PREFIX = 'ERR_BUTTRESS_CONNECTION_';

function errorsOf({ errors, lastError }: Dependency): Html {
  const counts = Object.entries(errors).map(([code, times]) => {
    return `${code.replace(PREFIX, '')} ${count(times)}`;
  });
  if (lastError === null) return html`${counts.length === 0 ? '–' : counts.join(', ')}`;
  return html`<details>
    <summary>${counts.join(', ')}</summary>
    <p>${moment(lastError.at)} in worker ${lastError.worker}: ${lastError.message}</p>
  </details>`;
}

function routesOf({ routes }: Dependency): Html | string {
  if (routes.length === 0) return '–';
  return html`<ul class="endpoints">
    ${routes.map(
      ({ route }) =>
        html`<li>
          <a href="/requests?route=${encodeURIComponent(route)}"><code>${route}</code></a>
        </li>`,
    )}
  </ul>`;
}
