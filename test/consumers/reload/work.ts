import { threadId } from 'node:worker_threads';

import { Injectable } from '@nestjs/common';
import { CpuBound, CpuBoundIf, IoBound } from 'nestjs-buttress/threads';

@Injectable()
export class Secret {
  readonly word = 'sesame';
}

export interface Place {
  threadId: number;
  word: string;
}

/** What it needs is injected by its type. */
@Injectable()
export class Work {
  constructor(private readonly secret: Secret) {}

  @CpuBound()
  async compute(): Promise<Place> {
    return this.#place();
  }

  @CpuBoundIf((size: number) => size > 10)
  async computeLarge(_size: number): Promise<Place> {
    return this.#place();
  }

  @IoBound()
  async read(): Promise<Place> {
    return this.#place();
  }

  #place(): Place {
    return { threadId, word: this.secret.word };
  }
}
