import { type DynamicModule, Module } from '@nestjs/common';
import { Context } from 'nestjs-buttress';

import { ReceiptsController } from './receipts.controller.ts';
import { ReceiptsStatistics } from './receipts.statistics.ts';
import { ReceiptsStore } from './receipts.store.ts';

@Module({})
export class ReceiptsModule {
  static in(dataDir: string): DynamicModule {
    return {
      module: ReceiptsModule,
      controllers: [ReceiptsController],
      providers: [
        { provide: ReceiptsStore, inject: [Context], useFactory: storeIn(dataDir) },
        ReceiptsStatistics,
      ],
    };
  }
}

function storeIn(dataDir: string): (context: Context) => ReceiptsStore {
  return (context) => new ReceiptsStore(dataDir, context);
}
