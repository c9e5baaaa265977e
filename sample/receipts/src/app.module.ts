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

/** A context for every request, statistics, and logs that tell which request they are of. */
function buttress(): DynamicModule {
  return ButtressModule.forRoot({
    context: { deadline: { defaultMs: 10_000 }, baggage: ['tenant'] },
    logging: { base: { service: 'receipts' }, redact: ['taxId'] },
  });
}
