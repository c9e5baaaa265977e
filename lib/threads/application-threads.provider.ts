import * as common from '@nestjs/common';
import type { HttpException } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';

import type { ErrorClass } from '../common/errors/error-class.ts';
import { type ThreadShare, ThreadTwin } from '../common/process/thread-twin.ts';
import { processRedactor } from '../common/redaction/process-redactor.ts';
import type { ContextScope } from '../context/context-scope.ts';
import { ContextAbortError, NoContextError } from '../context/context.errors.ts';
import { consoleLog } from '../context/log.ts';
import { presentRootLogger, type RootLogger } from '../logging/root-logger.ts';
import { processReports } from '../reports/process-reports.ts';
import { processStats } from '../stats/process-stats.ts';
import type { OffloadPoolSetup } from './offload-pool.ts';
import { bindInstance, bindPrototype } from './offload-runtime.ts';
import type { ThreadFeatures, ThreadLogging } from './protocol.ts';
import { ThreadsRuntime } from './threads-runtime.ts';
import * as errors from './threads.errors.ts';
import { ambiguities, type DiscoveredMethod, discoverThreadMethods } from './threads.explorer.ts';
import type { ResolvedThreadsOptions } from './threads.options.ts';

export interface ApplicationThreadsSetup {
  options: ResolvedThreadsOptions;
  discovery: DiscoveryService;
  scope: ContextScope | undefined;
}

/**
 * Decorated methods of one application and the pools that run them. The module imports this file
 * only where it may start threads: it loads piscina and pino, which the threads do without.
 */
export class ApplicationThreads {
  readonly #setup: ApplicationThreadsSetup;
  readonly #ends: (() => void)[] = [];
  #runtime: ThreadsRuntime | undefined;

  constructor(setup: ApplicationThreadsSetup) {
    this.#setup = setup;
  }

  /** @throws ThreadMethodsError if an id is ambiguous */
  bind(): void {
    const found = discoverThreadMethods(this.#setup.discovery);
    const problems = [...ambiguities(found).values()];
    if (problems.length > 0) throw new errors.ThreadMethodsError(problems);
    if (found.length > 0) this.#logReason();
    const runtime = this.#runtimeOf(found);
    this.#runtime = runtime;
    this.#ends.push(
      processReports().snapshot('threads', () => runtime.snapshot(), { takesOver: true }),
    );
  }

  /** @throws ThreadContextBootError, ThreadMethodsError */
  async start(): Promise<void> {
    try {
      await this.#runtime?.start();
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#runtime?.close();
    this.#end();
  }

  /** Logs why methods run inline. Not through Nest's logger, which is silent in tests. */
  #logReason(): void {
    const { inlineReason: reason } = this.#setup.options;
    if (reason === undefined) return;
    const log = this.#setup.scope?.log ?? consoleLog;
    const message = `Decorated methods run inline, with cloned arguments and results: ${reason}`;
    log.warn({ context: 'Threads' }, message);
  }

  #end(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #runtimeOf(found: readonly DiscoveredMethod[]): ThreadsRuntime {
    const { options, scope } = this.#setup;
    const runtime = new ThreadsRuntime({
      options,
      stats: processStats(),
      scope,
      errors: [...ourErrors(), ...httpExceptions()],
      features: (share) => this.#features(share),
      events: events(),
    });
    const byPrototype = Map.groupBy(found, ({ prototype }) => prototype);
    for (const [prototype, methods] of byPrototype) runtime.add(prototype, methods);
    for (const { instance, prototype } of found) {
      if (instance !== undefined) bindInstance(instance, runtime);
      else this.#ends.push(bindPrototype(prototype, runtime));
    }
    return runtime;
  }

  /** Features for threads: the same as the application's. */
  #features(share: ThreadShare): ThreadFeatures {
    const options = this.#setup.scope?.options;
    return {
      context: options && {
        idHeader: options.idHeader,
        deadlineHeader: options.deadline.header,
        baggage: options.baggage,
      },
      logging: loggingOf(presentRootLogger()),
      redact: processRedactor().fields,
      twins: this.#twins().map((twin) => twin.for(share)),
    };
  }

  #twins(): ThreadTwin[] {
    const providers = this.#setup.discovery.getProviders();
    const instances = providers.map(({ instance }): unknown => instance);
    return [...new Set(instances)].filter((one) => one instanceof ThreadTwin);
  }
}

function loggingOf(root: RootLogger | undefined): ThreadLogging | undefined {
  if (root === undefined) return undefined;
  const { level, base } = root.options;
  return { options: { level, base }, levels: root.sharedLevels.memory };
}

/** Handlers of messages from threads other than answers. */
function events(): OffloadPoolSetup['events'] {
  const log = new common.Logger('Threads');
  return {
    onLine: (line) => presentRootLogger()?.writeLine(line),
    onStats: (thread, stats) => processStats().include(thread, stats),
    onThreadGone: (thread) => processStats().retire(thread),
    onError: (error) => log.warn(`A thread ended: ${error.message}`),
  };
}

function ourErrors(): ErrorClass[] {
  return [ContextAbortError, NoContextError, ...Object.values(errors)];
}

function httpExceptions(): ErrorClass[] {
  return Object.values(common).filter((value): value is typeof HttpException => {
    if (typeof value !== 'function') return false;
    return value === common.HttpException || value.prototype instanceof common.HttpException;
  });
}
