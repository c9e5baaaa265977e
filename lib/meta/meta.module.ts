import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';

import type { ReportsHub } from '../reports/reports-hub.ts';
import { GroupReports } from './group-reports.provider.ts';
import { MetaController } from './meta.controller.ts';
import { ProblemFilter } from './problem.filter.ts';
import { RecordsController } from './records.controller.ts';
import { StatsController } from './stats.controller.ts';

/** The MetaApplication's root module. */
@Module({})
export class MetaApplicationModule {
  static forHub(hub: ReportsHub): DynamicModule {
    return {
      module: MetaApplicationModule,
      controllers: [MetaController, RecordsController, StatsController],
      providers: [
        { provide: GroupReports, useValue: new GroupReports(hub) },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
