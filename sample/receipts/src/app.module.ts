import { type DynamicModule, Module } from '@nestjs/common';

import { LabModule } from './lab/lab.module.ts';
import { ReceiptsModule } from './receipts/receipts.module.ts';
import type { Settings } from './settings.ts';

@Module({})
export class AppModule {
  static forSettings({ dataDir, isLab }: Settings): DynamicModule {
    const lab = isLab ? [LabModule] : [];
    return { module: AppModule, imports: [ReceiptsModule.in(dataDir), ...lab] };
  }
}
