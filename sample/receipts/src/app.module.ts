import { type DynamicModule, Module } from '@nestjs/common';
import { ButtressModule } from 'nestjs-buttress';

import { LabModule } from './lab/lab.module.ts';
import { ReceiptsModule } from './receipts/receipts.module.ts';
import type { Settings } from './settings.ts';

@Module({})
export class AppModule {
  static forSettings({ dataDir, isLab }: Settings): DynamicModule {
    const lab = isLab ? [LabModule] : [];
    return { module: AppModule, imports: [buttress(), ReceiptsModule.in(dataDir), ...lab] };
  }
}

/** Requests that can be served, each with its context, and statistics and logs that tell of them. */
function buttress(): DynamicModule {
  return ButtressModule.forRoot({
    context: { deadline: { defaultMs: 10_000 }, baggage: ['tenant'] },
    admission: { priority: { trust: ['127.0.0.1', '10.0.0.0/8'] } },
    threads: { context: { module: new URL('./thread.module.js', import.meta.url) } },
    logging: { base: { service: 'receipts' }, redact: ['taxId'] },
  });
}
