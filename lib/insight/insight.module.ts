import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  Module,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost, ModulesContainer } from '@nestjs/core';

import { ownService, type ServiceName } from '../common/files/package-file.ts';
import { platformOf } from '../common/nest/platform.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';
import { remembered } from '../common/remembered.ts';
import { configReport } from '../context/config-report.ts';
import { RequestEvents, type RequestListener } from '../context/request-events.ts';
import { processReports } from '../reports/process-reports.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { WorkerReports } from '../reports/report-types.ts';
import type { SnapshotSource } from '../reports/reports.ts';
import { fromIn } from '../reports/tail.ts';
import { environmentReport, type VariableRow } from './environment-report.ts';
import { routesOfExpress } from './express-routes.ts';
import { registerInsightOperations } from './insight-operations.ts';
import { type ModuleRow, moduleRows } from './modules.explorer.ts';
import { type NodeWarning, processWarnings } from './node-warnings.ts';
import { OutgoingSockets } from './outgoing-sockets.ts';
import { type PackagesReport, packagesReport } from './packages-report.ts';
import { type ProcessReport, processReport } from './process-report.ts';
import { Pulse } from './pulse.ts';
import {
  defineFastOneIn,
  RequestLog,
  type RequestLogs,
  type RequestsReport,
} from './request-log.ts';
import { type ResourcesReport, resourcesReport } from './resources-report.ts';
import type { RouteRow } from './route-meter.ts';
import { type RouteInfo, RoutesExplorer } from './routes.explorer.ts';
import { type RuntimeReport, runtimeReport } from './runtime-report.ts';
import { type SocketsReport, socketsReport } from './sockets-report.ts';
import { gatherWarningFacts } from './warning-facts.ts';
import { findWarnings, type Warning } from './warnings.ts';

/** Routes of a worker that the overview looks at: it shows the first few over all workers. */
const BUSIEST = 50;

/** Reports of this module. */
interface InsightReports {
  /** Each route over the last one or two minutes. */
  traffic: { routes: RouteRow[] };
  /** The same for the routes with the most time in all. */
  'busiest-routes': { routes: RouteRow[] };
  process: ProcessReport;
  runtime: RuntimeReport;
  resources: ResourcesReport;
  sockets: SocketsReport;
  requests: RequestsReport;
  'request-logs': RequestLogs[];
  routes: RouteInfo[];
  modules: ModuleRow[];
  packages: PackagesReport;
  environment: VariableRow[];
  /** Names of fields that the application hides: the process of the pages hides them too. */
  'hidden-names': string[];
  warnings: { findings: Warning[]; node: NodeWarning[] };
}

declare module '../reports/report-types.ts' {
  interface WorkerReports extends InsightReports {}
}

/** Settings of the reports, a part of the options of `MetaModule`. */
export interface InsightSettings {
  /** Environment variables whose values are shown. */
  readonly showEnv: readonly string[];
  /** Paths of certificates whose expiry is watched. */
  readonly certificates: readonly string[];
}

const SETTINGS = Symbol('nestjs-buttress.insight.settings');
const HOME = Symbol('nestjs-buttress.insight.home');

/** Cache time of findings: they change slowly, and evaluating the rules takes 0.5 ms. */
const FINDINGS_FOR_MS = 5_000;

/** Dependencies found in the application; our other modules may be absent. */
interface Home {
  modules: ModulesContainer;
  events: RequestEvents | undefined;
}

const HOME_PROVIDER: FactoryProvider<Home> = {
  provide: HOME,
  inject: [ModulesContainer, { token: RequestEvents, optional: true }],
  useFactory: (modules: ModulesContainer, events?: RequestEvents) => ({ modules, events }),
};

interface HookedInstance {
  addHook(
    name: 'onRoute',
    hook: (route: { method: string | string[]; url: string }) => void,
  ): unknown;
}

/** Reports on the process itself; features report on themselves. */
@Module({})
export class InsightModule implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #settings: InsightSettings;
  readonly #host: HttpAdapterHost;
  readonly #modules: ModulesContainer;
  readonly #events: RequestEvents | undefined;
  readonly #routes: RoutesExplorer;
  readonly #fastOneIn = defineFastOneIn(processSettings());
  readonly #requests = new RequestLog(
    (ms, status) => this.#pulse.ended(ms, status),
    () => this.#fastOneIn.setting.value,
  );
  readonly #pulse = new Pulse({
    inFlight: () => this.#requests.inFlight,
    onPoint: (point) => {
      const { slot } = processLifecycle().identity;
      processReports().tell('pulse', { slot, service: this.#service, point });
    },
    onSpan: () => this.#requests.routes.rotate(),
  });
  readonly #ends: (() => void)[] = [];
  readonly #service = ownService();
  /** Cached: packages do not change while the process runs. */
  #packages: ReturnType<typeof packagesReport> | undefined;

  constructor(
    @Inject(SETTINGS) settings: InsightSettings,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(DiscoveryService) discovery: DiscoveryService,
    @Inject(HOME) home: Home,
  ) {
    this.#settings = settings;
    this.#host = host;
    this.#modules = home.modules;
    this.#events = home.events;
    this.#routes = new RoutesExplorer(discovery);
  }

  /** `options` is a module that exports `token`, the options of which our settings are a part. */
  static with(options: DynamicModule, token: string): DynamicModule {
    return {
      module: InsightModule,
      imports: [options, DiscoveryModule],
      providers: [{ provide: SETTINGS, useExisting: token }, HOME_PROVIDER],
    };
  }

  /**
   * Called before routes are registered: a hook applies only to later routes.
   *
   * @throws PlatformError unless the adapter is that of Fastify or Express
   */
  configure(): void {
    if (isPoolThread()) return;
    const { httpAdapter } = this.#host;
    if (platformOf(httpAdapter) === 'fastify') {
      const instance = httpAdapter.getInstance<HookedInstance>();
      instance.addHook('onRoute', ({ method, url }) => this.#routes.add(method, url));
    }
    if (this.#events === undefined) return;
    const begin: RequestListener = (context, request) => this.#requests.begin(context, request);
    this.#ends.push(this.#events.onEnter(begin));
  }

  onModuleInit(): void {
    if (isPoolThread()) return;
    const warnings = processWarnings();
    const outgoing = new OutgoingSockets();
    const readSockets = (): ReturnType<typeof socketsReport> =>
      socketsReport(outgoing.byLocalEnd());
    this.#ends.push(
      this.#pulse.start(),
      this.#fastOneIn.remove,
      warnings.start(),
      outgoing.start(),
      registerInsightOperations(processReports(), processRedactor(), readSockets),
    );
    const follow = {
      access: 'read',
      run: (input: unknown) => this.#requests.since(fromIn(input)),
    } as const;
    this.#ends.push(processReports().operation('requests.follow', follow, { takesOver: true }));
    const service = this.#service;
    const findings = remembered(() => this.#findings(service), FINDINGS_FOR_MS);
    const { routes } = this.#requests;
    this.#show('traffic', () => ({ routes: routes.rows() }));
    this.#show('busiest-routes', () => ({ routes: routes.busiest(BUSIEST) }));
    this.#show('process', () => processReport(processRedactor(), service));
    this.#show('runtime', runtimeReport);
    this.#show('resources', resourcesReport);
    this.#show('sockets', readSockets);
    this.#show('requests', () => this.#requests.report());
    this.#show('request-logs', () => this.#requests.logs());
    this.#show('routes', () => this.#readRoutes());
    this.#show('modules', () => moduleRows(this.#modules));
    this.#show('packages', () => (this.#packages ??= packagesReport(process.cwd())));
    this.#show('environment', () => {
      return environmentReport(process.env, this.#settings.showEnv, processRedactor());
    });
    this.#show('warnings', () => ({ findings: findings(), node: warnings.all }));
    this.#show('hidden-names', () => processRedactor().fields);
    this.#show('config', configReport);
  }

  onApplicationShutdown(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #show<K extends keyof InsightReports | 'config'>(
    name: K,
    source: SnapshotSource<WorkerReports[K]>,
  ): void {
    this.#ends.push(processReports().snapshot(name, source, { takesOver: true }));
  }

  /** Reads Express's router on demand: Express has no hook for registered routes. */
  #readRoutes(): RouteInfo[] {
    const { httpAdapter } = this.#host;
    if (httpAdapter?.getType() === 'express') {
      const found = routesOfExpress(httpAdapter.getInstance<object>());
      for (const { methods, path } of found) this.#routes.add(methods, path);
    }
    return this.#routes.routes();
  }

  #findings(service: ServiceName): Warning[] {
    const server = this.#host.httpAdapter?.getHttpServer() as
      | { keepAliveTimeout?: number }
      | undefined;
    return findWarnings(
      gatherWarningFacts({
        limits: processReport(processRedactor(), service).limits,
        certificates: this.#settings.certificates,
        keepAliveTimeoutMs: server?.keepAliveTimeout ?? null,
      }),
    );
  }
}
