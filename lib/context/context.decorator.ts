import { createParamDecorator } from '@nestjs/common';

import { markUse, type UseMark } from '../common/nest/use-marks.ts';
import { wrapMethod } from '../common/nest/wrap-method.ts';
import { thisMachine } from '../common/options/machine.ts';
import { type ContextRunOptions, contextRunOptions } from './context.options.ts';
import { Context, present } from './context.ts';
import type { RouteSettings } from './http-entry.ts';
import type { RequestContext } from './request-context.ts';
import { addOfClass, addToMethod, ownHandlersOf } from './route-settings.ts';

/** Metadata key of handlers that enter a context of their own. */
const OWN_CONTEXT = Symbol.for('nestjs-buttress.own-context');

/**
 * Injects the current request's context as a parameter of a handler.
 *
 * @example
 * @Get() list(@CurrentContext() context: RequestContext) {}
 */
export const CurrentContext = createParamDecorator((): RequestContext => present());

/**
 * Removes the deadline from a route, or from all routes of a controller. Put it above
 * `@RouteConfig` where both are used.
 *
 * @throws DecoratorUseError at application start if it decorates no route
 */
export function SkipDeadline(): ClassDecorator & MethodDecorator {
  return routeSettings({ skipDeadline: true }, { decorator: '@SkipDeadline', feature: 'context' });
}

/**
 * Enters a context around a handler without an HTTP request: in WebSocket gateways, microservice
 * controllers or scheduled jobs.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @example
 * @UseContext({ deadlineMs: 5_000 })
 * @MessagePattern('receipts.total')
 * total() {}
 */
export function UseContext(options: ContextRunOptions = {}): MethodDecorator {
  contextRunOptions.check('@UseContext', options, thisMachine());
  return wrapMethod((method) => {
    Reflect.defineMetadata(OWN_CONTEXT, true, method);
    return function inContext(...args) {
      return Context.run(options, () => method.apply(this, args));
    };
  });
}

/** Whether a handler is decorated with `@UseContext`. */
export function entersContext(handler: object): boolean {
  return Reflect.hasMetadata(OWN_CONTEXT, handler);
}

/** Creates a decorator that adds settings to a route, or to all routes of a class. */
export function routeSettings(
  settings: RouteSettings,
  use: Pick<UseMark, 'decorator' | 'feature'>,
): ClassDecorator & MethodDecorator {
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const handler: unknown = descriptor?.value;
    const isMethod = key !== undefined && typeof handler === 'function';
    markUse(isMethod ? handler : target, { ...use, on: 'route' });
    if (isMethod) return addToMethod(handler, settings);
    for (const method of ownHandlersOf(target)) addOfClass(method, target, settings);
  };
}
