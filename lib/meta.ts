/** `nestjs-buttress/meta`: pages, reports and checks. */
export type { ReadinessCheckOptions } from './common/checks/check.options.ts';
export type {
  AccessLevel,
  GuardedOperation,
  SecondaryListenerOptions,
} from './common/http/secondary-listener.options.ts';
export { bootTimings, type Instrument } from './insight/boot-timings.ts';
export type { Visitor } from './meta/access.ts';
export { MetaModule } from './meta/meta.module.ts';
export type { MetaModuleOptions } from './meta/meta.options.ts';
export type { MetaChart, MetaContent, MetaFacts, MetaTable } from './meta/own/meta-content.ts';
export {
  MetaPage,
  type MetaPageOptions,
  type PageDecorator,
} from './meta/own/meta-page.decorator.ts';
export { ReadinessCheck } from './meta/own/readiness-check.decorator.ts';
export type { MetaRequest, MetaSetup, MetaUser } from './meta/setup.ts';
export { html, Html, type HtmlValue } from './meta/view/html.ts';
export {
  type OperationAbout,
  type OperationAccess,
  type OperationDefinition,
  type OperationDescription,
  type OperationField,
  type OperationHandler,
  type RegisterOptions,
  ReportError,
  Reports,
  type NewsListener,
  type SnapshotSource,
} from './reports/reports.ts';
