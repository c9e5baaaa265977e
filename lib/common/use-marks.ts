import 'reflect-metadata';

/** Features that decorators rely on, and the modules that bring them. */
export const FEATURE_MODULES = {
  context: 'ContextModule',
  admission: 'AdmissionModule',
  threads: 'ThreadsModule',
  health: 'HealthModule',
  meta: 'MetaModule',
} as const;

export type Feature = keyof typeof FEATURE_MODULES;

/** What a decorator of ours leaves: what it needs to do what it says. */
export interface UseMark {
  /** As it is written: `@CpuBound`. */
  readonly decorator: string;
  readonly feature: Feature;
  /**
   * Where it works: `route`: handlers of HTTP routes; `provider`: methods of providers, not of
   * controllers; `any`: methods of both.
   */
  readonly on: 'route' | 'provider' | 'any';
}

const MARKS = Symbol.for('nestjs-buttress.use-marks');

/** Marks a method, or a class whose methods are meant. */
export function markUse(target: object, mark: UseMark): void {
  const own = Reflect.getOwnMetadata(MARKS, target) as readonly UseMark[] | undefined;
  Reflect.defineMetadata(MARKS, [...(own ?? []), mark], target);
}

/** What decorators left on a method, or on a class itself. */
export function useMarksOf(target: object): readonly UseMark[] {
  return (Reflect.getOwnMetadata(MARKS, target) as readonly UseMark[] | undefined) ?? [];
}
