import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** A group whose workers all answer what the pages ask. */
export async function startReportingGroup(workers: number): Promise<TestGroup> {
  const group = await startGroup({
    app: 'logging.app',
    options: { workers, acceptQueue: PATIENT },
  });
  await untilReporting(group, workers);
  return group;
}

/** Waits until all workers answer what the pages ask. */
export async function untilReporting(group: TestGroup, workers: number): Promise<void> {
  await until('reports of all workers', async () => {
    await group.untilAllReady();
    const { answered } = (await group.envelope('/api/v1/log-levels')).workers;
    return answered === workers;
  });
}
