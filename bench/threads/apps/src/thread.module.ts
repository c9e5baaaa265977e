import { Module } from '@nestjs/common';

import { Echo } from './echo.ts';

/** The part of the application that threads boot, too. */
@Module({ providers: [Echo], exports: [Echo] })
export class ThreadModule {}
