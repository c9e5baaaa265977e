import { type DynamicModule, Module } from '@nestjs/common';

import { ReceiptsController } from './receipts.controller.ts';
import { ReceiptsStore } from './receipts.store.ts';

@Module({})
export class ReceiptsModule {
  static in(dataDir: string): DynamicModule {
    return {
      module: ReceiptsModule,
      controllers: [ReceiptsController],
      providers: [{ provide: ReceiptsStore, useFactory: () => new ReceiptsStore(dataDir) }],
    };
  }
}
