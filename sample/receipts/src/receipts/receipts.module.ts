import { type DynamicModule, Module, type Provider } from '@nestjs/common';

import { PrintingModule } from '../printing/printing.module.ts';
import { RatesModule } from '../rates/rates.module.ts';
import type { Settings } from '../settings.ts';
import { ReceiptsCache } from './receipts.cache.ts';
import { ReceiptsController } from './receipts.controller.ts';
import { ReceiptsImporter } from './receipts.importer.ts';
import { ReceiptsPages } from './receipts.pages.ts';
import { DATABASE, PostgresReceipts } from './receipts.postgres.ts';
import { ReceiptsPrinter } from './receipts.printer.ts';
import { ReceiptsPrintingController } from './receipts.printing.controller.ts';
import { ReceiptsService } from './receipts.service.ts';
import { ReceiptsStatistics } from './receipts.statistics.ts';
import { ReceiptsStore, sqlite } from './receipts.store.ts';
import { RECEIPTS } from './receipts.ts';

@Module({})
export class ReceiptsModule {
  static with(settings: Settings): DynamicModule {
    const cache = settings.cache === undefined ? [] : [ReceiptsCache];
    return {
      module: ReceiptsModule,
      imports: [RatesModule, PrintingModule],
      controllers: [ReceiptsController, ReceiptsPrintingController],
      providers: [
        ...receipts(settings),
        ...cache,
        ReceiptsService,
        ReceiptsPrinter,
        ReceiptsImporter,
        ReceiptsStatistics,
        ReceiptsPages,
      ],
    };
  }
}

function receipts(settings: Settings): Provider[] {
  const { database } = settings;
  if (database === undefined) {
    return [sqlite(settings.dataDir), { provide: RECEIPTS, useExisting: ReceiptsStore }];
  }
  return [
    { provide: DATABASE, useValue: database },
    { provide: RECEIPTS, useClass: PostgresReceipts },
  ];
}
