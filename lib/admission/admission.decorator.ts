import { integerOption, objectOption, stringOption, wrongType } from '../common/options.ts';
import { routeSettings } from '../context/context.decorator.ts';
import { isPriority, PRIORITIES, type Priority as PriorityName } from './priority.ts';

export interface AdmissionRouteOptions {
  /** Routes that name the same group share its limit and its queue. @default the route alone */
  group?: string;
  /** A limit that stays what it is, instead of the module's limiter. */
  limit?: number;
}

/**
 * How many requests for a route, or for all routes of a controller, may be in flight. Where
 * `@RouteConfig` is used too, it belongs below.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @throws DecoratorUseError (when the application starts) where it stands on no route
 * @example
 * @Admission({ group: 'payments', limit: 20 })
 */
export function Admission(options: AdmissionRouteOptions): ClassDecorator & MethodDecorator {
  const { group, limit } = objectOption('@Admission', options, ['group', 'limit']);
  const settings = {
    ...(group !== undefined && { admissionGroup: stringOption('@Admission.group', group) }),
    ...(limit !== undefined && {
      admissionLimit: integerOption('@Admission.limit', limit, { min: 1, max: 1_000_000 }),
    }),
  };
  return routeSettings(settings, { decorator: '@Admission', feature: 'admission' });
}

/**
 * How much the answers of a route, or of all routes of a controller, matter: what matters less is
 * refused first. Without it: `normal`.
 *
 * @throws TypeError for what is no priority
 * @throws DecoratorUseError (when the application starts) where it stands on no route
 */
export function Priority(priority: PriorityName): ClassDecorator & MethodDecorator {
  if (!isPriority(priority)) {
    throw wrongType('@Priority', `one of ${PRIORITIES.join(', ')}`, priority);
  }
  return routeSettings({ priority }, { decorator: '@Priority', feature: 'admission' });
}

/**
 * Requests take no place among those in flight, for as long as they may last: for streams and long
 * polls. They are admitted like all others. Event streams (`@Sse`) have it by themselves.
 *
 * @throws DecoratorUseError (when the application starts) where it stands on no route
 */
export function NotLimited(): ClassDecorator & MethodDecorator {
  return routeSettings({ notLimited: true }, { decorator: '@NotLimited', feature: 'admission' });
}
