import { connect } from 'node:net';

import { AdmissionModule } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';
import { describe, expect, it, onTestFinished } from 'vitest';

import type { AdmissionReport } from '../../../lib/admission/admission-control.ts';
import { processReports } from '../../../lib/reports/process-reports.ts';
import { ask, openSession, openStream } from '../../support/http2-client.ts';
import { steadily, tally } from '../../support/load.ts';
import { type RunningApp, startApp, type StartAppOptions } from '../../support/nest-app.ts';
import { requestText } from '../../support/raw-connection.ts';
import { until } from '../../support/until.ts';
import { CountedRoutes, Running } from './counted-routes.ts';

const MUCH = '/counted/much';

const CLIENTS = 40;

/** Waits until all have asked, those that were let in have been handled, and nobody waits. */
function untilAnswered(running: Running): Promise<boolean> {
  return until('handlers to have ended', () => {
    const { groups } = processReports().read('admission') as AdmissionReport;
    const { arrived = 0, waiting = 0 } = groups.find(({ name }) => name.endsWith(MUCH)) ?? {};
    return arrived === CLIENTS && waiting === 0 && running.now === 0;
  });
}

async function start(options: StartAppOptions = {}): Promise<RunningApp & { running: Running }> {
  // A busy machine alone makes the usual options refuse.
  const patient = {
    lagTargetMs: false,
    queue: { acceptableWaitMs: 5_000, maxWaitMs: 5_000 },
  } as const;
  const imports = [ContextModule.forRoot(), AdmissionModule.forRoot(patient)];
  const controllers = [CountedRoutes];
  const app = await startApp({ imports, controllers, providers: [Running] }, options);
  return { ...app, running: app.app.get(Running) };
}

/** Asks and reads nothing of the answer. */
function askAndWait(port: number): void {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause().write(requestText(MUCH));
  onTestFinished(() => void socket.destroy());
}

describe('clients that do not read their answers', () => {
  it('R3 Forty of them do not take a route away from an honest client.', async () => {
    const { port, fetch, running } = await start();
    for (let count = 1; count <= CLIENTS; count++) askAndWait(port);
    await untilAnswered(running);
    const answers = await steadily({ everyMs: 200, forMs: 4_000 }, async () => {
      const answer = await fetch(MUCH);
      await answer.arrayBuffer();
      return answer.status;
    });
    expect(tally(answers)).toEqual(new Map([[200, 20]]));
  });

  it('R3 Forty of them over HTTP/2 do not take a route away from an honest client.', async () => {
    const { port, running } = await start({
      adapter: { http2: true } as NonNullable<StartAppOptions['adapter']>,
    });
    const settings = { initialWindowSize: 0 };
    const [session, honest] = await Promise.all([
      openSession(port, { settings }),
      openSession(port),
    ]);
    for (let count = 1; count <= CLIENTS; count++) openStream(session, MUCH);
    await untilAnswered(running);
    const answers = await steadily({ everyMs: 200, forMs: 4_000 }, () => ask(honest, MUCH));
    expect(tally(answers.map(({ status }) => status))).toEqual(new Map([[200, 20]]));
  });
});
