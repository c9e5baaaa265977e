import { Module } from '@nestjs/common';

import { PrinterClient } from './printer.client.ts';

@Module({ providers: [PrinterClient], exports: [PrinterClient] })
export class PrintingModule {}
