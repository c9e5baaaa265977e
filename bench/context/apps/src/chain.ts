import { Controller, Get, Inject, Injectable, type Type } from '@nestjs/common';

/** What knows the id of the present request. */
export abstract class Identity {
  abstract get id(): string;
}

/** The same chain for every way: each provider asks the next, the last one knows the request. */
export function chain(): { controllers: Type[]; providers: Type[] } {
  @Injectable()
  class Fifth {
    constructor(@Inject(Identity) private readonly identity: Identity) {}

    read(): string {
      return this.identity.id;
    }
  }

  @Injectable()
  class Fourth {
    constructor(@Inject(Fifth) private readonly next: Fifth) {}

    async read(): Promise<string> {
      await Promise.resolve();
      return this.next.read();
    }
  }

  @Injectable()
  class Third {
    constructor(@Inject(Fourth) private readonly next: Fourth) {}

    async read(): Promise<string> {
      return this.next.read();
    }
  }

  @Injectable()
  class Second {
    constructor(@Inject(Third) private readonly next: Third) {}

    async read(): Promise<string> {
      return this.next.read();
    }
  }

  @Controller()
  class First {
    constructor(@Inject(Second) private readonly next: Second) {}

    @Get('id')
    async read(): Promise<{ id: string }> {
      return { id: await this.next.read() };
    }
  }

  return { controllers: [First], providers: [Second, Third, Fourth, Fifth] };
}
