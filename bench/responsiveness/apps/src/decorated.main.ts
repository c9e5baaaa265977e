import { ThreadsModule } from 'nestjs-buttress/threads';

import { Hasher, serve } from './serve.ts';
import { DecoratedHasher, ThreadModule } from './thread.module.ts';

const threads = ThreadsModule.forRoot({
  module: new URL('./thread.module.js', import.meta.url),
  // Of two cores one is for the main thread and the load. More may wait than ever come.
  cpu: { minThreads: 1, threads: 1, maxQueue: 16 },
});

await serve({
  imports: [threads, ThreadModule],
  providers: [{ provide: Hasher, useExisting: DecoratedHasher }],
});
