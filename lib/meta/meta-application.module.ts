import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';

import { privateDirectory, privateDirectoryIfAny } from '../common/files/private-directory.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { OpenApiController } from './api/openapi.controller.ts';
import { Assets } from './assets.ts';
import { Audit, type AuditRecord } from './audit.ts';
import { GroupReports } from './group-reports.provider.ts';
import { GroupWatch } from './group-watch.ts';
import { GroupHistory } from './history/group-history.ts';
import { Incidents } from './incidents/incidents.ts';
import { GroupJournal } from './journal/group-journal.ts';
import type { KeptFiles } from './kept-files.ts';
import { GroupMetrics } from './metrics/group-metrics.ts';
import { MetricsController } from './metrics/metrics.controller.ts';
import { OperationsController } from './operations.controller.ts';
import { Artifacts } from './operations/artifacts.ts';
import { cpuProfileOperation } from './operations/cpu-profile.ts';
import { diagnosticReportOperation } from './operations/diagnostic-report.ts';
import { heapGrowthOperation } from './operations/heap-growth.ts';
import { heapProfileOperation } from './operations/heap-profile.ts';
import { heapSnapshotOperation } from './operations/heap-snapshot.ts';
import { incidentBundleOperation } from './operations/incident-bundle.ts';
import type { Operation } from './operations/operation.ts';
import { OperationsBoard } from './operations/operations-board.ts';
import { recordIncidentOperation } from './operations/record-incident.ts';
import { SETTING_OPERATIONS } from './operations/settings.ts';
import { StackTaker } from './operations/stack-taker.ts';
import { stacksOperation } from './operations/stacks.ts';
import { OwnLinks } from './own-links.ts';
import { PagesController } from './pages.controller.ts';
import type { PagesOptions } from './pages.options.ts';
import { ALL_PAGES } from './pages/all-pages.ts';
import { operationsPage } from './pages/operations.page.ts';
import { stacksPage } from './pages/stacks.page.ts';
import { ProblemFilter } from './problem.filter.ts';
import { ServiceController } from './service.controller.ts';
import type { MetaSetup } from './setup.ts';
import { Site } from './site.ts';
import { LiveStreams } from './streams/live-streams.ts';

type Options = PagesOptions & { setup: MetaSetup };

/** Root module of the MetaApplication. */
@Module({})
export class MetaApplicationModule
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #board: OperationsBoard;
  readonly #artifacts: Artifacts;
  readonly #watch: GroupWatch;
  readonly #streams: LiveStreams;
  #unwatch: (() => void) | undefined;

  constructor(
    @Inject(OperationsBoard) board: OperationsBoard,
    @Inject(Artifacts) artifacts: Artifacts,
    @Inject(GroupWatch) watch: GroupWatch,
    @Inject(LiveStreams) streams: LiveStreams,
  ) {
    this.#board = board;
    this.#artifacts = artifacts;
    this.#watch = watch;
    this.#streams = streams;
  }

  static with(options: Options): DynamicModule {
    const parts = partsOf(options);
    return {
      module: MetaApplicationModule,
      controllers: [
        ServiceController,
        OpenApiController,
        MetricsController,
        OperationsController,
        PagesController,
      ],
      providers: [
        ...parts.map((part) => ({ provide: part.constructor, useValue: part })),
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.#watch.start();
    const lifecycle = processLifecycle();
    // A group's pages drain last, and their drain waits for what is in flight.
    if (lifecycle.identity.mode === 'group') {
      this.#unwatch = lifecycle.onDrain(() => void this.#streams.close());
    }
  }

  /** While the processes of the group can still be asked. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.#streams.close(), this.#watch.close()]);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#unwatch?.();
    this.#board.close();
    await this.#artifacts.close();
  }
}

function partsOf({ source, setup, listener, ownStats, files }: Options): object[] {
  const reports = new GroupReports(source, files?.departed.read());
  const history = new GroupHistory(files?.history.read());
  const audit = new Audit(tell, files?.audit.read());
  const incidents = new Incidents({ reports, history, kept: files?.incidents.read() });
  const metrics = new GroupMetrics({
    reports,
    own: ownStats,
    files,
    onError: tellLost,
    onFollowed: () => takeOver(files, { history, incidents, audit }),
  });
  const watch = new GroupWatch({ source, reports, history, incidents, metrics, audit, files });
  const assets = new Assets(setup.brand?.color);
  const artifacts = new Artifacts({
    directory: privateDirectory,
    directoryIfAny: privateDirectoryIfAny,
  });
  const stacks = new StackTaker({ reports, directory: () => processLifecycle().directory });
  const own = [
    incidentBundleOperation(() => site),
    stacksOperation(stacks),
    recordIncidentOperation({ source: () => site, artifacts, stacks }),
    ...profileOperations(artifacts),
    diagnosticReportOperation,
    ...SETTING_OPERATIONS,
  ];
  const board = new OperationsBoard({ reports, audit, artifacts, own, allow: listener.allow });
  const journal = new GroupJournal({ reports, history, incidents, audit });
  // Before the settings, which are of the same section.
  const pages = [operationsPage(board, audit), ...ALL_PAGES, stacksPage(stacks)];
  const streams = new LiveStreams(reports);
  const ownPages = new OwnLinks(reports);
  const sources = { reports, history, incidents, journal };
  const site = new Site({ sources, streams, setup, assets, pages, ownPages });
  return [reports, metrics, watch, assets, audit, artifacts, board, site, streams];
}

/** What is known of the past. */
interface Past {
  history: GroupHistory;
  incidents: Incidents;
  audit: Audit;
}

/**
 * Goes on from the past of the group that this one takes over from, and removes its files. Evidence of
 * its workers goes: their ids are those of others now.
 */
function takeOver(files: KeptFiles | undefined, { history, incidents, audit }: Past): void {
  const past = files?.predecessor;
  try {
    history.absorb(past?.history.read());
    incidents.absorb(past?.incidents.read());
    audit.absorb(past?.audit.read());
  } finally {
    past?.remove();
  }
}

function profileOperations(artifacts: Artifacts): Operation[] {
  return [
    cpuProfileOperation(artifacts),
    heapProfileOperation(artifacts),
    heapGrowthOperation,
    heapSnapshotOperation(artifacts),
  ];
}

/** Logs, once, that a restart of this process would lose metrics. */
function tellLost(reason: string): void {
  const msg = 'metrics cannot be kept over a restart of the process of the pages';
  write({ level: 40, msg, reason });
}

/** Logs a change as one line on stderr, in the format of the primary. */
function tell({ what, by, outcome, ...rest }: AuditRecord): void {
  write({ level: 30, msg: 'change', what, by, outcome, ...rest });
}

function write({ level, ...fields }: { level: number } & Record<string, unknown>): void {
  const record = { level, time: Date.now(), pid: process.pid, name: 'buttress', ...fields };
  process.stderr.write(`${JSON.stringify(record)}\n`);
}
