import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Context } from 'nestjs-buttress';

import { ReceiptsController } from './receipts.controller.ts';
import { ReceiptsImporter } from './receipts.importer.ts';
import { ReceiptsPrinter } from './receipts.printer.ts';
import { ReceiptsStatistics } from './receipts.statistics.ts';
import { ReceiptsStore } from './receipts.store.ts';

@Module({})
export class ReceiptsModule {
  static in(dataDir: string): DynamicModule {
    return {
      module: ReceiptsModule,
      controllers: [ReceiptsController],
      providers: [...workers(dataDir), ReceiptsStatistics],
    };
  }

  /** In a thread: what has decorated methods, and no more. */
  static inThread(dataDir: string): DynamicModule {
    return { module: ReceiptsModule, providers: workers(dataDir) };
  }
}

function workers(dataDir: string): Provider[] {
  const store: Provider = {
    provide: ReceiptsStore,
    inject: [Context],
    useFactory: (context: Context) => new ReceiptsStore(dataDir, context),
  };
  return [store, ReceiptsPrinter, ReceiptsImporter];
}
