/**
 * Types of the workers' reports by name. A feature declares its reports beside their registration,
 * so that sources and pages are checked against one type:
 *
 * ```ts
 * declare module '../reports/report-types.ts' {
 *   interface WorkerReports {
 *     threads: ThreadsSnapshot;
 *   }
 * }
 * ```
 *
 * Reports reach the pages as JSON, so they hold only what JSON keeps: no `Date`, `Map` or `bigint`
 * (a test of the types checks it), and `null` for an unknown number.
 */
export interface WorkerReports {}

/** Types of the news by name: what workers send by themselves, each second or when it happens. */
export interface WorkerNews {}

/** Types of the primary's reports by name. */
export interface PrimaryReports {}

/** Name of a report that workers register. */
export type WorkerReportName = keyof WorkerReports;

/** Name of a report that the primary registers. */
export type PrimaryReportName = keyof PrimaryReports;

/** `WorkerReports` as a type alias: unlike an interface, it is assignable to a `Record`. */
export type WorkerShapes = { [K in WorkerReportName]: WorkerReports[K] };

/** `WorkerNews` as a type alias. */
export type WorkerNewsShapes = { [K in keyof WorkerNews]: WorkerNews[K] };

/** `PrimaryReports` as a type alias. */
export type PrimaryShapes = { [K in PrimaryReportName]: PrimaryReports[K] };
