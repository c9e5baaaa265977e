import { wrongOption } from '../common/errors/wrong-use.ts';
import type { HandlerHold } from '../context/handler-work.ts';
import { AdmissionGroup } from './admission-group.ts';
import { FixedLimiter, type Limiter, type LimiterFactory } from './limiter.ts';
import { type PriorityName, type Rank, rankOf } from './priority.ts';
import type { Ticket } from './ticket.ts';

/** Settings of a route from decorators. */
export interface AdmissionSettings {
  readonly admissionGroup?: string;
  readonly admissionLimit?: number;
  readonly priority?: PriorityName;
  readonly skipAdmissionLimit?: boolean;
}

/** Admission settings of a route, resolved before its requests come. */
export interface RoutePlan {
  readonly group: AdmissionGroup<Ticket>;
  readonly rank: Rank;
  /** Whether its requests take a place. */
  readonly isLimited: boolean;
  /** Whether its requests skip admission. */
  readonly isBypassed: boolean;
  /** Whether its requests are neither probes nor possibly preflights. */
  readonly isOrdinary: boolean;
  /** Hold shared by all requests that pass without a ticket. */
  readonly hold: HandlerHold;
}

/** The properties used of Fastify's route configuration. */
interface RouteConfig {
  readonly url?: string;
  readonly method?: string | readonly string[];
}

export interface RoutePlansOptions {
  limiter: LimiterFactory;
  /** Lets operators fix the limit of a group. @default not offered */
  limiterOf?: (group: string, limiter: Limiter) => Limiter;
  maxWaitMs: number;
  acceptableWaitMs: number;
  bypassPaths: ReadonlySet<string>;
  /** Creates the hold shared by requests without a ticket. */
  holdOf: (group: AdmissionGroup<Ticket>) => HandlerHold;
  /** Reads decorator settings from a route's configuration. */
  settingsOf: (config: object) => AdmissionSettings | undefined;
}

/** Configuration of requests that match no route. */
const NO_ROUTE: RouteConfig = Object.freeze({});

/** Maximum number of groups; routes beyond it share one. */
const MAX_GROUPS = 500;

const OTHERS = '(other)';

/** Caches the plan of each route, created at its first request. */
export class RoutePlans {
  readonly #options: RoutePlansOptions;
  readonly #plans = new WeakMap<object, RoutePlan>();
  readonly #limits = new Map<string, number>();
  readonly #groups = new Map<string, AdmissionGroup<Ticket>>();

  constructor(options: RoutePlansOptions) {
    this.#options = options;
  }

  get groups(): Iterable<AdmissionGroup<Ticket>> {
    return this.#groups.values();
  }

  /** @param config Fastify's configuration of the route, the same object for each request */
  of(config: object = NO_ROUTE): RoutePlan {
    return this.#plans.get(config) ?? this.#make(config);
  }

  /**
   * Records limits of named groups before the first request.
   *
   * @throws TypeError when two routes give one group different limits
   */
  prepare(settings: Iterable<AdmissionSettings>): void {
    for (const { admissionGroup: name, admissionLimit: limit } of settings) {
      if (name === undefined || limit === undefined) continue;
      const known = this.#limits.get(name) ?? limit;
      if (known !== limit) {
        throw wrongOption(
          `@Admission: the group "${name}" has a limit of ${known} at one route and of ${limit} at another.`,
        );
      }
      this.#limits.set(name, limit);
    }
  }

  /** Returns the group; creates it with this limit, or with the default limiter. */
  group(name: string, limit = this.#limits.get(name)): AdmissionGroup<Ticket> {
    const isFull = this.#groups.size >= MAX_GROUPS && !this.#groups.has(name);
    const known = isFull ? OTHERS : name;
    const existing = this.#groups.get(known);
    if (existing !== undefined) return existing;
    const { limiter, limiterOf, maxWaitMs, acceptableWaitMs } = this.#options;
    const own = limit === undefined ? limiter(known) : new FixedLimiter(limit);
    const group = new AdmissionGroup<Ticket>({
      name: known,
      // Upgrades and the like take no place.
      limiter: limiterOf === undefined || known.startsWith('(') ? own : limiterOf(known, own),
      maxWaitMs,
      acceptableWaitMs,
    });
    this.#groups.set(known, group);
    return group;
  }

  #make(config: RouteConfig): RoutePlan {
    const { settingsOf, bypassPaths, holdOf } = this.#options;
    const settings = settingsOf(config) ?? {};
    const group = this.group(settings.admissionGroup ?? nameOf(config), settings.admissionLimit);
    const isBypassed = config.url !== undefined && bypassPaths.has(config.url);
    const plan: RoutePlan = {
      group,
      rank: rankOf(settings.priority ?? 'normal'),
      isLimited: settings.skipAdmissionLimit !== true,
      isBypassed,
      isOrdinary: !isBypassed && config.method?.includes('OPTIONS') === false,
      hold: holdOf(group),
    };
    this.#plans.set(config, plan);
    return plan;
  }
}

function nameOf({ method = '', url }: RouteConfig): string {
  if (url === undefined) return '(none)';
  return `${typeof method === 'string' ? method : method.join(',')} ${url}`;
}
