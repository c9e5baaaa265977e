import { Module } from '@nestjs/common';

import { ReceiptsModule } from './receipts/receipts.module.ts';
import { readSettings } from './settings.ts';

/** What each thread boots: the providers whose methods run there. */
@Module({ imports: [ReceiptsModule.inThread(readSettings())] })
export class ThreadModule {}
