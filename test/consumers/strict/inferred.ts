import { Injectable } from '@nestjs/common';
import {
  AppContext,
  ConnectionManager,
  Context,
  CpuBound,
  LogLevels,
  MetaPage,
} from 'nestjs-buttress';
import { Group } from 'nestjs-buttress/cluster';

/** Members without a type of their own: with `declaration` each needs one that can be named. */
@Injectable()
export class Inferred {
  constructor(
    private readonly app: AppContext,
    private readonly connections: ConnectionManager,
    private readonly context: Context,
    private readonly levels: LogLevels,
  ) {}

  who() {
    return this.app.identity;
  }

  reports() {
    return this.app.reports.operations;
  }

  showsOrders() {
    return this.app.reports.snapshot('orders', () => ({ open: 3 }));
  }

  orders() {
    return this.app.reports.read('orders');
  }

  settings() {
    const { settings } = this.app;
    const mode = settings.choice('mode', { default: 'fast', choices: ['fast', 'safe'] });
    return { settings, mode, isEager: settings.flag('eager', { default: false }) };
  }

  config() {
    return this.app.config.entries();
  }

  services() {
    return this.connections.snapshot().services;
  }

  lease() {
    return this.connections.acquire('rates');
  }

  steps() {
    const { running, steps } = this.context.timings;
    return { running, steps };
  }

  request() {
    return Context.current();
  }

  captured() {
    return this.context.capture();
  }

  level() {
    return this.levels.snapshot();
  }

  counted() {
    return this.app.stats.snapshot();
  }

  @MetaPage({ path: 'inferred', title: 'Inferred' })
  page() {
    return { kind: 'facts' as const, values: {} };
  }

  @CpuBound()
  async sum() {
    return 1;
  }
}

export const page = MetaPage({ path: 'other', title: 'Other' });

export const cpuBound = CpuBound();

export const group = () => new Group({ app: new URL('./app.js', import.meta.url) });

export const options = () => group().options;
