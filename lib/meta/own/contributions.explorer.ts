import type { DiscoveryService } from '@nestjs/core';

import { findChecks } from '../../common/checks.explorer.ts';
import type { CheckOutcome, Checks } from '../../common/checks.ts';
import { markedMethods } from '../../common/decorated-methods.ts';
import { withoutSecrets } from '../../insight/redact-text.ts';
import type { Redactor } from '../../logging/redactor.ts';
import type { WorkerShapes } from '../../reports/report-types.ts';
import type { Reports } from '../../reports/reports.ts';
import { type PlainContent, plainContent } from './meta-content.ts';
import { META_PAGE, type MetaPageOptions } from './meta-page.decorator.ts';
import { READINESS_CHECK } from './readiness-check.decorator.ts';

/** Own page of the application, as the list has it. */
export type OwnPage = Required<Omit<MetaPageOptions, 'merge'>> & { merge: boolean };

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
  const found = markedMethods<MetaPageOptions>(providers, META_PAGE);
  const pages = found.map(({ options }) => described(options));
  const options = { takesOver: true };
  const clean = (text: string): string => withoutSecrets(text, redactor);
  const checks = findChecks(discovery, READINESS_CHECK, clean);
  const ends = [
    reports.snapshot('pages', () => pages, options),
    reports.snapshot('readiness', () => readiness(checks), options),
    ...found.map(({ options: { path }, call }) =>
      reports.snapshot(`page:${path}`, async () => plainContent(await call()), options),
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

function described({
  path,
  title,
  about = title,
  access = 'read',
  merge = false,
}: MetaPageOptions): OwnPage {
  return { path, title, about, access, merge };
}
