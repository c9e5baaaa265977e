import { Module } from '@nestjs/common';

import { Secret, Work } from './work.js';

@Module({ providers: [Secret, Work], exports: [Work] })
export class ThreadModule {}
