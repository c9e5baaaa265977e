/** `nestjs-buttress/admission`: admission control: limits, priorities and quotas. */
export { Admission, SkipAdmissionLimit, Priority } from './admission/admission.decorator.ts';
export { AdmissionError } from './admission/admission.errors.ts';
export { AdmissionModule } from './admission/admission.module.ts';
export type {
  AdmissionModuleOptions,
  AdmissionRequest,
  AdmissionRouteOptions,
  BodyOptions,
  BypassOptions,
  FixedLimitOptions,
  MemoryOptions,
  PriorityOptions,
  QueueOptions,
  QuotaOptions,
  RetryAfterOptions,
} from './admission/admission.options.ts';
export { GradientLimiter } from './admission/gradient-limiter.ts';
export type { GradientOptions } from './admission/gradient.options.ts';
export { FixedLimiter, type Limiter, type LimiterFactory } from './admission/limiter.ts';
export type { PriorityName } from './admission/priority.ts';
export type { RefusalReason } from './admission/refusal-reason.ts';
