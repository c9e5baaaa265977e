import type { DiscoveryService } from '@nestjs/core';

import { processClock } from '../../common/clock.ts';
import { withoutSecrets } from '../../insight/redact-text.ts';
import type { Redactor } from '../../logging/redactor.ts';
import type { Reports } from '../../reports/reports.ts';
import { markedMethods } from './decorated-methods.ts';
import { plainContent } from './meta-content.ts';
import { META_PAGE, type MetaPageOptions } from './meta-page.decorator.ts';
import { READINESS_CHECK, type ResolvedReadinessCheck } from './readiness-check.decorator.ts';
import { ReadinessChecks } from './readiness-checks.ts';

/** Own page of the application, as the list has it. */
export type OwnPage = Required<Omit<MetaPageOptions, 'merge'>> & { merge: boolean };

/** Registers the decorated methods of all providers; `end` removes them. */
export function registerContributions(
  discovery: DiscoveryService,
  reports: Reports,
  redactor: Redactor,
): { checks: ReadinessChecks; end: () => void } {
  const providers = [...discovery.getProviders(), ...discovery.getControllers()];
  const found = markedMethods<MetaPageOptions>(providers, META_PAGE);
  const pages = found.map(({ options }) => described(options));
  const options = { takesOver: true };
  const clean = (text: string): string => withoutSecrets(text, redactor);
  const checks = new ReadinessChecks(checksOf(providers), processClock, clean);
  const ends = [
    reports.snapshot('pages', () => pages, options),
    reports.snapshot('readiness', () => checks.report(), options),
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

function checksOf(providers: Parameters<typeof markedMethods>[0]) {
  return markedMethods<ResolvedReadinessCheck>(providers, READINESS_CHECK).map(
    ({ id, options: { name = id, timeoutMs, cacheMs, counts }, call }) => {
      return { name, timeoutMs, cacheMs, counts, run: call };
    },
  );
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
