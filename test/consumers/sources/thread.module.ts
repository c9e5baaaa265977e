import { Module } from '@nestjs/common';

import { Sums } from './app.module.js';

@Module({ providers: [Sums] })
export class ThreadModule {}
