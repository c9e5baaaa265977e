import { AdmissionModule, ClusteredFastifyAdapter, ContextModule } from 'nestjs-buttress';

import { serve } from './serve.ts';

const PEER_PORT = Number(process.env['PEER_PORT']);

// Two applications in one process, alike but for admission: processes differ more than these.
await serve(
  new ClusteredFastifyAdapter(),
  { imports: [ContextModule.forRoot()] },
  { port: PEER_PORT },
);
await serve(new ClusteredFastifyAdapter(), {
  imports: [ContextModule.forRoot(), AdmissionModule.forRoot()],
});
process.send?.('ready');
