import 'reflect-metadata';

/** Features that decorators depend on, with their modules. */
export const FEATURE_MODULES = {
  context: 'ContextModule',
  admission: 'AdmissionModule',
  threads: 'ThreadsModule',
  stats: 'StatsModule',
  liveness: 'LivenessModule',
  meta: 'MetaModule',
} as const;

export type Feature = keyof typeof FEATURE_MODULES;

/** Requirements that a decorator of ours records. */
export interface UseMark {
  /** As written: `@CpuBound`. */
  readonly decorator: string;
  readonly feature: Feature;
  /**
   * Valid targets. `route`: handlers of HTTP routes; `provider`: methods of providers but not of
   * controllers; `any`: methods of both.
   */
  readonly on: 'route' | 'provider' | 'any';
}

const MARKS = Symbol.for('nestjs-buttress.use-marks');

/** Marks a method, or a class for all its methods. */
export function markUse(target: object, mark: UseMark): void {
  const own = Reflect.getOwnMetadata(MARKS, target) as readonly UseMark[] | undefined;
  Reflect.defineMetadata(MARKS, [...(own ?? []), mark], target);
}

/** Marks of a method, or of a class itself. */
export function useMarksOf(target: object): readonly UseMark[] {
  return (Reflect.getOwnMetadata(MARKS, target) as readonly UseMark[] | undefined) ?? [];
}
