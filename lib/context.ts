/** `nestjs-buttress/context`: the request-scoped context. */
export type { ProcessIdentity } from './common/process/lifecycle.ts';
export { ConfigSources } from './common/options/config-sources.ts';
export type { ConfigEntry } from './common/options/config-values.ts';
export { AppContext } from './context/app-context.ts';
export type { Baggage } from './context/baggage.ts';
export { ContextKey } from './context/context-key.ts';
export { CurrentContext, SkipDeadline, UseContext } from './context/context.decorator.ts';
export { type AbortReason, ContextAbortError, NoContextError } from './context/context.errors.ts';
export { ContextModule } from './context/context.module.ts';
export type {
  ContextKeyOptions,
  ContextModuleOptions,
  ContextRunOptions,
  DeadlineOptions,
} from './context/context.options.ts';
export { Context } from './context/context.ts';
export type { Log } from './context/log.ts';
export type { CapturedContext, NoteValue, RequestContext } from './context/request-context.ts';
export type { RunningStep, TimedStep, Timing, Timings } from './context/timings.ts';
export type {
  ChoiceSettingOptions,
  FlagSettingOptions,
  NumberSettingOptions,
  SettingValue,
} from './reports/setting.options.ts';
export type { Setting, SettingListener } from './reports/setting.ts';
export type { SettingRow, Settings } from './reports/settings.ts';
export type { Trace } from './context/trace.ts';
