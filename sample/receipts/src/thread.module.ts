import { Module } from '@nestjs/common';

import { ReceiptsImporter } from './receipts/receipts.importer.ts';
import { ReceiptsPrinter } from './receipts/receipts.printer.ts';
import { sqlite } from './receipts/receipts.store.ts';
import { readSettings } from './settings.ts';

/** What each thread boots: the providers whose methods run there, and nothing else is loaded. */
@Module({ providers: [sqlite(readSettings().dataDir), ReceiptsPrinter, ReceiptsImporter] })
export class ThreadModule {}
