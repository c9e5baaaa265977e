import { Module } from '@nestjs/common';

import { LabController } from './lab.controller.ts';

/** Routes that do harm on purpose. Only with `LAB=1`. */
@Module({ controllers: [LabController] })
export class LabModule {}
