import type { DiscoveryService } from '@nestjs/core';

import { findChecks } from '../../common/checks/checks.explorer.ts';
import type { CheckOutcome, Checks } from '../../common/checks/checks.ts';
import { markedMethods } from '../../common/nest/decorated-methods.ts';
import type { Redactor } from '../../common/redaction/redactor.ts';
import type { WorkerShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import { type PlainContent, plainContent, safeContent } from './meta-content.ts';
import { META_PAGE, type OwnPage } from './meta-page.decorator.ts';
import { READINESS_CHECK } from './readiness-check.decorator.ts';

export interface ReadinessReport {
  isReady: boolean;
  checks: CheckOutcome[];
}

declare module '../../reports/report-types.ts' {
  interface WorkerReports {
    pages: OwnPage[];
    readiness: ReadinessReport;
    /** Own page of the application, by its path. */
    [page: `page:${string}`]: PlainContent;
  }
}

/** Registers the decorated methods of all providers; `end` removes them. */
export function registerContributions(
  discovery: DiscoveryService,
  reports: Reports<WorkerShapes>,
  redactor: Redactor,
): { checks: Checks; end: () => void } {
  const providers = [...discovery.getProviders(), ...discovery.getControllers()];
  const found = markedMethods<OwnPage>(providers, META_PAGE);
  const pages = found.map(({ options }) => options);
  const options = { takesOver: true };
  const clean = (text: string): string => redactor.text(text);
  const checks = findChecks(discovery, READINESS_CHECK, clean);
  const ends = [
    reports.snapshot('pages', () => pages, options),
    reports.snapshot('readiness', () => readiness(checks), options),
    ...found.map(({ options: { path }, call }) =>
      reports.snapshot(
        `page:${path}`,
        async () => safeContent(plainContent(await call()), redactor),
        options,
      ),
    ),
  ];
  return {
    checks,
    end: () => {
      for (const end of ends) end();
    },
  };
}

async function readiness(checks: Checks): Promise<ReadinessReport> {
  const { isPassing, checks: outcomes } = await checks.report();
  return { isReady: isPassing, checks: outcomes };
}
