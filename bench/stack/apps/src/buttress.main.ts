import { ButtressModule, ClusteredFastifyAdapter } from 'nestjs-buttress';

import { ReceiptsController, serve } from './serve.ts';

await serve(
  { imports: [ButtressModule.forRoot()], controllers: [ReceiptsController] },
  new ClusteredFastifyAdapter(),
);
