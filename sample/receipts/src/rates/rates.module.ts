import { Module } from '@nestjs/common';

import { RatesClient } from './rates.client.ts';

@Module({ providers: [RatesClient], exports: [RatesClient] })
export class RatesModule {}
