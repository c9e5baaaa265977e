import { classMethods } from './class-methods.ts';
import { type Feature, FEATURE_MODULES, type UseMark, useMarksOf } from './use-marks.ts';

/** Metadata key under which Nest keeps the HTTP method of a route handler. */
const ROUTE = 'method';

/** A class instantiated by Nest. */
export interface UsedClass {
  readonly prototype: object;
  /** Whether it is a controller, or a guard, interceptor, pipe or filter alone: no provider. */
  readonly isController: boolean;
}

/** One use of a decorator of ours. */
interface Use {
  /** Class and method, or the class alone. */
  readonly where: string;
  readonly mark: UseMark;
  /** Why it has no effect there. */
  readonly problem: string | undefined;
}

/** Misused decorators of ours, one sentence each. */
export interface DecoratorUses {
  /** Decorators that have no effect where they stand. */
  readonly problems: readonly string[];
  /** Decorators whose module is missing. */
  readonly warnings: readonly string[];
}

/** Checks the uses of our decorators in an application that has `features`. */
export function decoratorUses(
  classes: Iterable<UsedClass>,
  features: ReadonlySet<Feature>,
): DecoratorUses {
  const uses = [...classes].flatMap(usesIn);
  const misplaced = uses.flatMap(({ where, mark, problem }) => {
    return problem === undefined ? [] : [`${mark.decorator} on ${where} does nothing: ${problem}`];
  });
  const idle = uses.filter(({ mark, problem }) => {
    return problem === undefined && !features.has(mark.feature);
  });
  const byDecorator = Map.groupBy(idle, ({ mark }) => mark.decorator);
  const warnings = [...byDecorator].map(([decorator, own]) => {
    const feature = own[0]?.mark.feature ?? 'context';
    const places = [...new Set(own.map(({ where }) => where))].join(', ');
    const loss = feature === 'stats' ? 'is not exported' : 'does nothing';
    return `${decorator} on ${places} ${loss}: ${FEATURE_MODULES[feature]} is not imported`;
  });
  return { problems: [...new Set(misplaced)], warnings };
}

function usesIn({ prototype, isController }: UsedClass): Use[] {
  const { constructor } = prototype;
  const methods = [...classMethods(prototype)];
  const hasRoute = methods.some(([, method]) => Reflect.hasMetadata(ROUTE, method));
  const onClass = useMarksOf(constructor).map((mark): Use => {
    const problem = mark.on === 'route' && !hasRoute ? NO_ROUTES : undefined;
    return { where: constructor.name, mark, problem };
  });
  const onMethods = methods.flatMap(([name, method]) => {
    const where = `${constructor.name}.${String(name)}`;
    const isRoute = Reflect.hasMetadata(ROUTE, method);
    return useMarksOf(method).map((mark): Use => {
      return { where, mark, problem: problemOf(mark, { isController, isRoute }) };
    });
  });
  return [...onClass, ...onMethods];
}

const NO_ROUTES =
  'it is for HTTP routes. In resolvers, gateways and message handlers use @UseContext({ deadlineMs })';

const NOT_A_PROVIDER =
  'it is for methods of providers: move the work to one, and call it from here';

function problemOf(
  { on }: UseMark,
  { isController, isRoute }: { isController: boolean; isRoute: boolean },
): string | undefined {
  if (on === 'route' && !isRoute) return NO_ROUTES;
  return on === 'provider' && isController ? NOT_A_PROVIDER : undefined;
}
