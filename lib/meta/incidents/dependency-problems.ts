import { plural } from '../../common/plural.ts';
import type { WorkerReports } from '../../reports/report-types.ts';
import { dependenciesOf, type DependencyRoute } from '../model/dependencies.ts';
import { type Evidence, type Problem, workersText } from './problem.ts';

type Dependencies = WorkerReports['connections'];

/** Readiness checks that fail, one problem for each check, over all workers. */
export function checkProblems({ readiness }: Evidence): Problem[] {
  const down = readiness.flatMap(({ worker, value }) =>
    value.checks.flatMap((check) => (check.status === 'down' ? [{ worker, ...check }] : [])),
  );
  return Array.from(Map.groupBy(down, ({ name }) => name)).flatMap(([name, same]): Problem[] => {
    const [first] = same;
    if (first === undefined) return [];
    const { counts, error = '' } = first;
    const workers = same.map(({ worker }) => worker);
    const check = counts ? 'Readiness check' : 'Optional check';
    const text = `${check} ${name} fails in ${workersText(workers)}: ${error}`;
    const severity = counts ? 'poor' : 'fair';
    return [{ key: `check ${name}`, kind: 'worker', severity, text, href: '/readiness', workers }];
  });
}

/** Routes that a problem names. */
const MAX_ROUTES = 3;

const DOWN = new Set(['DOWN', 'HELD']);

type Endpoint = Dependencies['services'][number]['tiers'][number]['endpoints'][number];

/** Oldest first. */
type LastErrors = Dependencies['services'][number]['lastErrors'];

/** Silence after which the failures of an endpoint that is not asked are history. */
const RECENT_MS = 10 * 60_000;

/** Whether an endpoint is DOWN or HELD, or would be if another one were left. */
function isDead({ health }: Endpoint): boolean {
  return DOWN.has(health.state) || health.isFailing;
}

/** Whether an endpoint is dead, by calls of the last minutes if it is still asked. */
function isDeadAt(now: number, { address, health }: Endpoint, errors: LastErrors): boolean {
  if (DOWN.has(health.state)) return true;
  const last = errors.findLast((one) => one.address === address);
  return health.isFailing && (last === undefined || now - last.at <= RECENT_MS);
}

/** Whether any service has an endpoint that is dead. */
export function hasDeadEndpoint({ services }: Dependencies): boolean {
  return services.some(({ tiers }) => tiers.some(({ endpoints }) => endpoints.some(isDead)));
}

/** One problem for each service with dead endpoints, over all workers. */
export function dependencyProblems({ connections, requests }: Evidence, now: number): Problem[] {
  const services = connections.flatMap(({ worker, value }) =>
    value.services.map((service) => ({ worker, ...service })),
  );
  return Array.from(Map.groupBy(services, ({ name }) => name)).flatMap(
    ([name, same]): Problem[] => {
      const endpoints = same.flatMap(({ worker, tiers, lastErrors }) =>
        tiers.flatMap((tier) =>
          tier.endpoints.map((one) => ({ worker, ...one, isDead: isDeadAt(now, one, lastErrors) })),
        ),
      );
      const all = new Set(endpoints.map(({ address }) => address));
      const dead = endpoints.filter((one) => one.isDead);
      if (dead.length === 0) return [];
      const down = [...new Set(dead.map(({ address }) => address))];
      const last = same.flatMap(({ lastErrors }) => lastErrors).toSorted((a, b) => b.at - a.at)[0];
      const isWhole = down.length === all.size;
      const impact = isWhole ? 'Calls fail' : 'Calls use the endpoints that are left';
      const known = dependenciesOf(connections, requests).find((one) => one.name === name);
      return [
        {
          key: `service ${name}`,
          kind: 'dependency',
          severity: isWhole ? 'poor' : 'fair',
          text: `${name}: ${down.length} of ${plural(all.size, 'endpoint')} down: ${down.join(', ')}`,
          href: '/dependencies',
          workers: [...new Set(dead.map(({ worker }) => worker))],
          impact: `${impact}.${routesText(known?.routes ?? [])}`,
          ...(last === undefined ? {} : { cause: last.message }),
        },
      ];
    },
  );
}

/** Names the routes that use a service. */
function routesText(routes: readonly DependencyRoute[]): string {
  if (routes.length === 0) return '';
  const named = routes.slice(0, MAX_ROUTES).map(({ route }) => route);
  const others = routes.length - named.length;
  const rest = others === 0 ? '' : ` and ${plural(others, 'other route')}`;
  return ` Used by ${named.join(', ')}${rest}.`;
}

/** Findings of several workers, merged if they differ at most in numbers. */
export function hintProblems({ warnings }: Evidence): Problem[] {
  const found = warnings.flatMap(({ worker, value }) =>
    value.findings.flatMap(({ level, code, text }) => {
      return level === 'problem' ? [{ worker, code, text }] : [];
    }),
  );
  const byKey = Map.groupBy(found, ({ code, text }) => {
    return `hint ${code} ${text.replaceAll(/\d+/g, '#')}`;
  });
  return Array.from(byKey, ([key, same]): Problem => {
    const workers = [...new Set(same.map(({ worker }) => worker))];
    const text = same.at(-1)?.text ?? '';
    return { key, kind: 'hint', severity: 'fair', text, href: '/warnings', workers };
  });
}
