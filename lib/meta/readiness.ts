import type { GroupReports } from './group-reports.provider.ts';

/** Time that the checks of the workers have, in milliseconds: probes wait a second as a rule. */
const CHECK_TIMEOUT_MS = 900;

/** What a worker says of its checks. */
interface WorkerReadiness {
  isReady: boolean;
}

/** Whether the group serves: enough workers are READY, and one of them passes its own checks. */
export class Readiness {
  readonly #reports: GroupReports;

  constructor(reports: GroupReports) {
    this.#reports = reports;
  }

  async isReady(): Promise<boolean> {
    if (!(await this.#reports.isReady())) return false;
    const { data } = await this.#reports.gather<WorkerReadiness>('readiness', {
      timeoutMs: CHECK_TIMEOUT_MS,
    });
    // Who says nothing has no checks, or no time: the primary has judged that already.
    return data.length === 0 || data.some(({ value }) => value.isReady);
  }
}
