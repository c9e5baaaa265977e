import { isMainThread } from 'node:worker_threads';

import { Injectable, Module, type OnModuleInit } from '@nestjs/common';

import { ClassModule } from './modules.js';

@Injectable()
class Throwing {
  constructor() {
    throw new RangeError('the model is not there', { cause: new Error('ENOENT') });
  }
}

@Module({ imports: [ClassModule], providers: [Throwing] })
export class ThrowingModule {}

@Injectable()
class Exiting {
  constructor() {
    if (!isMainThread) process.exit(7);
  }
}

@Module({ imports: [ClassModule], providers: [Exiting] })
export class ExitingModule {}

@Injectable()
class Crashing implements OnModuleInit {
  async onModuleInit(): Promise<void> {
    setImmediate(() => {
      throw new Error('lost its way');
    });
    await new Promise((resolve) => void setTimeout(resolve, 60_000));
  }
}

@Module({ imports: [ClassModule], providers: [Crashing] })
export class CrashingModule {}

@Injectable()
class Stuck implements OnModuleInit {
  onModuleInit(): Promise<void> {
    return new Promise((resolve) => void setTimeout(resolve, 600_000));
  }
}

@Module({ imports: [ClassModule], providers: [Stuck] })
export class StuckModule {}
