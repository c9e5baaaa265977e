import { choice } from '../common/options/kinds.ts';
import { thisMachine } from '../common/options/machine.ts';
import { routeSettings } from '../context/context.decorator.ts';
import { type AdmissionRouteOptions, admissionRouteOptions } from './admission.options.ts';
import { PRIORITIES, type PriorityName } from './priority.ts';

/**
 * Limits the requests in flight of a route, or of each route of a controller. Put it above
 * `@RouteConfig` where both are used.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @throws DecoratorUseError at application start if it decorates no route
 * @example
 * @Admission({ group: 'payments', limit: 20 })
 */
export function Admission(options: AdmissionRouteOptions): ClassDecorator & MethodDecorator {
  const { group, limit } = admissionRouteOptions.check('@Admission', options, thisMachine());
  const settings = {
    ...(group !== undefined && { admissionGroup: group }),
    ...(limit !== undefined && { admissionLimit: limit }),
  };
  return routeSettings(settings, { decorator: '@Admission', feature: 'admission' });
}

/**
 * Sets the priority of a route, or of all routes of a controller. Lower priorities are refused
 * first. Default without it: `normal`.
 *
 * @throws TypeError for an unknown priority
 * @throws DecoratorUseError at application start if it decorates no route
 */
export function Priority(priority: PriorityName): ClassDecorator & MethodDecorator {
  choice(PRIORITIES).check('@Priority', priority, thisMachine());
  return routeSettings({ priority }, { decorator: '@Priority', feature: 'admission' });
}

/**
 * Exempts requests from the in-flight limit, for streams and long polls. Admission still applies.
 * Event streams (`@Sse`) are exempt by default.
 *
 * @throws DecoratorUseError at application start if it decorates no route
 */
export function SkipAdmissionLimit(): ClassDecorator & MethodDecorator {
  return routeSettings(
    { skipAdmissionLimit: true },
    { decorator: '@SkipAdmissionLimit', feature: 'admission' },
  );
}
