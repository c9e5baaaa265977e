import { Context, ContextKey, CurrentContext, type RequestContext } from 'nestjs-buttress';

/** Members of the context that only the package may use. */
type Internal =
  | 'abort'
  | 'end'
  | 'restore'
  | 'expire'
  | 'crash'
  | 'close'
  | 'liftDeadline'
  | 'isOf'
  | 'handler'
  | 'notes'
  | 'knownTrace'
  | 'routeConfig'
  | 'deadline'
  | 'deadlineAt'
  | 'queueWaitMs'
  | 'isQueued'
  | 'retryAfterMs';

/** Fails to compile where an internal member is visible. */
export const hidden: Extract<keyof RequestContext | keyof Context, Internal> extends never
  ? true
  : never = true;

const TENANT = new ContextKey<string>('tenant', { broadcast: true });

export class Handler {
  read(@CurrentContext() context: RequestContext) {
    context.set(TENANT, 'acme');
    // @ts-expect-error -- the context is read-only
    context.id = 'other';
    return { tenant: context.get(TENANT), left: context.remainingMs, trace: context.trace };
  }

  /** The injected `Context` is a `RequestContext`, too. */
  injected(context: Context): RequestContext {
    return context;
  }

  elsewhere(context: RequestContext) {
    return Context.revive(context.capture(), ({ id, signal }) => ({ id, signal }));
  }
}
