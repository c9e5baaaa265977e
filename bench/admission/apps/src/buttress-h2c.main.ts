import { AdmissionModule, ClusteredFastifyAdapter, ContextModule } from 'nestjs-buttress';

import { serve } from './serve.ts';

const imports = [ContextModule.forRoot(), AdmissionModule.forRoot()];

await serve(new ClusteredFastifyAdapter({ http2: true }), { imports });
process.send?.('ready');
