import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService } from '@nestjs/core';

import { featureProvider } from '../../common/feature.provider.ts';
import { integerOption } from '../../common/options.ts';
import { isPoolThread } from '../../common/pool-thread.ts';
import { processReports } from '../../reports/process-reports.ts';
import { currentRuntime } from '../worker-runtime.ts';
import { type HealthCheck, HealthChecks } from './health-checks.ts';
import { HEALTH_SIGNAL, type HealthSignalOptions } from './health-signal.decorator.ts';

/** Interval between runs of the checks. */
const EVERY_MS = 5_000;

/** Runs the methods marked with `@HealthSignal()` and reports complaints to the group. */
@Module({ imports: [DiscoveryModule], providers: [featureProvider('health')] })
export class HealthModule implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #discovery: DiscoveryService;
  #timer: NodeJS.Timeout | undefined;
  #unregister: (() => void) | undefined;
  #last = '';

  constructor(@Inject(DiscoveryService) discovery: DiscoveryService) {
    this.#discovery = discovery;
  }

  onApplicationBootstrap(): void {
    if (isPoolThread()) return;
    const checks = new HealthChecks(discoverChecks(this.#discovery));
    this.#unregister = processReports().snapshot('health', () => checks.states(), {
      takesOver: true,
    });
    this.#timer = setInterval(() => void this.#ask(checks), EVERY_MS).unref();
    void this.#ask(checks);
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
    this.#unregister?.();
  }

  async #ask(checks: HealthChecks): Promise<void> {
    const unwell = await checks.ask();
    if (unwell === this.#last) return;
    this.#last = unwell;
    currentRuntime()?.reportHealth?.(unwell);
  }
}

function discoverChecks(discovery: DiscoveryService): HealthCheck[] {
  return [...discovery.getProviders(), ...discovery.getControllers()].flatMap((wrapper) => {
    const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
    return typeof instance === 'object' && instance !== null ? checksOf(instance) : [];
  });
}

function checksOf(instance: object): HealthCheck[] {
  const prototype = Object.getPrototypeOf(instance) as object | null;
  if (prototype === null) return [];
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  return descriptors.flatMap(([key, { value }]) => {
    const options = optionsOf(value);
    if (options === undefined) return [];
    const name = options.name ?? `${prototype.constructor.name}.${key}`;
    const timeoutMs = integerOption(`HealthSignal ${name} timeoutMs`, options.timeoutMs ?? 1_000, {
      min: 1,
      max: 60_000,
    });
    const method = value as () => unknown;
    return [{ name, timeoutMs, check: () => method.call(instance) }];
  });
}

function optionsOf(method: unknown): HealthSignalOptions | undefined {
  if (typeof method !== 'function') return undefined;
  return Reflect.getMetadata(HEALTH_SIGNAL, method) as HealthSignalOptions | undefined;
}
