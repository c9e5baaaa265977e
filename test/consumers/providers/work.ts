import { threadId } from 'node:worker_threads';

import { Injectable, Scope } from '@nestjs/common';
import { CpuBound } from 'nestjs-buttress';

/** Under which every module of these has its work. */
export const WORK = 'WORK';

@Injectable()
export class Secret {
  readonly word = 'sesame';
}

export interface Place {
  threadId: number;
  word: string;
}

@Injectable()
export class Work {
  constructor(readonly secret: Secret) {}

  @CpuBound()
  async where(): Promise<Place> {
    return { threadId, word: this.secret.word };
  }
}

/** Decorates nothing itself. */
@Injectable()
export class InheritingWork extends Work {}

@Injectable({ scope: Scope.REQUEST })
export class RequestWork extends Work {}

@Injectable({ scope: Scope.TRANSIENT })
export class TransientWork extends Work {}

/** Needs one for each request, so it is made for each request too. */
@Injectable()
export class DependentWork {
  constructor(private readonly inner: RequestWork) {}

  @CpuBound()
  async where(): Promise<Place> {
    return { threadId, word: this.inner.secret.word };
  }
}

@Injectable()
export class DuplicateWork extends Work {
  @CpuBound({ id: 'elsewhere' })
  async elsewhere(): Promise<number> {
    return threadId;
  }

  @CpuBound({ id: 'elsewhere' })
  async nowhere(): Promise<number> {
    return -threadId;
  }
}
