import { Module } from '@nestjs/common';

import { Work } from './work.ts';

/** The part of the application that threads boot, too. */
@Module({ providers: [Work], exports: [Work] })
export class ThreadModule {}
