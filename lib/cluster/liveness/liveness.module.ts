import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';

import { CheckWatch } from '../../common/checks/check-watch.ts';
import { findChecks } from '../../common/checks/checks.explorer.ts';
import { type CheckOutcome, firstFailure } from '../../common/checks/checks.ts';
import { featureProvider } from '../../common/nest/feature.provider.ts';
import { isPoolThread } from '../../common/process/pool-thread.ts';
import { processRedactor } from '../../common/redaction/process-redactor.ts';
import { processReports } from '../../reports/process-reports.ts';
import { currentRuntime } from '../worker-runtime.ts';
import { LIVENESS_CHECK } from './liveness-check.decorator.ts';

declare module '../../reports/report-types.ts' {
  interface WorkerReports {
    liveness: CheckOutcome[];
  }
}

/** Interval between runs of the checks. */
const EVERY_MS = 5_000;

/** Longest failure that is reported to the group, in characters. */
const MAX_LENGTH = 500;

/** Runs the methods marked with `@LivenessCheck()` and reports failures to the group. */
@Module({ imports: [DiscoveryModule], providers: [featureProvider('liveness')] })
export class LivenessModule implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #discovery: DiscoveryService;
  #watch: CheckWatch<string> | undefined;
  #unregister: (() => void) | undefined;

  constructor(@Inject(DiscoveryService) discovery: DiscoveryService) {
    this.#discovery = discovery;
  }

  onApplicationBootstrap(): void {
    if (isPoolThread()) return;
    const checks = findChecks(this.#discovery, LIVENESS_CHECK, withoutSecrets);
    this.#unregister = processReports().snapshot('liveness', () => checks.latest(), {
      takesOver: true,
    });
    this.#watch = new CheckWatch(checks, {
      everyMs: EVERY_MS,
      initial: '',
      select: (report) => firstFailure(report.checks)?.slice(0, MAX_LENGTH) ?? '',
      notify: (failure) => currentRuntime()?.reportLiveness?.(failure),
    });
    void this.#watch.start();
  }

  onModuleDestroy(): void {
    this.#watch?.stop();
    this.#unregister?.();
  }
}

function withoutSecrets(text: string): string {
  return processRedactor().text(text);
}
