import { type DynamicModule, Module } from '@nestjs/common';
import { ButtressModule, type ServiceOptions, type WorkerRuntime } from 'nestjs-buttress';

import { LabModule } from './lab/lab.module.ts';
import { ReceiptsModule } from './receipts/receipts.module.ts';
import type { Settings } from './settings.ts';

@Module({})
export class AppModule {
  static forSettings(settings: Settings, mode: WorkerRuntime['mode']): DynamicModule {
    const lab = settings.isLab ? [LabModule] : [];
    const imports = [buttress(settings, mode), ReceiptsModule.with(settings), ...lab];
    return { module: AppModule, imports };
  }
}

/** Requests that can be served, each with its context, and statistics and logs that tell of them. */
function buttress(settings: Settings, mode: WorkerRuntime['mode']): DynamicModule {
  // A Group has the listener of the pages; without one, this process has it.
  const pages = mode === 'single' ? { listener: { port: settings.metaPort } } : {};
  return ButtressModule.forRoot({
    context: { deadline: { defaultMs: 10_000 }, baggage: ['tenant'] },
    admission: { priority: { trust: ['127.0.0.1', '10.0.0.0/8'] } },
    threads: { module: new URL('./thread.module.js', import.meta.url) },
    connections: { services: services(settings) },
    logging: { base: { service: 'receipts' } },
    meta: { showEnv: ['NODE_ENV', 'PORT', 'WORKERS'], ...pages },
    redact: ['taxId'],
  });
}

/** What the service depends on, by name. */
function services({ rates, printer, database, cache }: Settings): Record<string, ServiceOptions> {
  const [first, fallback] = rates;
  return {
    rates: {
      tiers: [[first], [fallback]],
      timeouts: { connectMs: 1_000, readMs: 2_000 },
      propagate: { trace: true, remainingTime: true },
    },
    printer: { tiers: [[printer]], timeouts: { connectMs: 1_000, readMs: 2_000 } },
    ...(database === undefined ? {} : { db: { tiers: [[database.address]] } }),
    ...(cache === undefined ? {} : { cache: { tiers: [[cache.address]] } }),
  };
}
