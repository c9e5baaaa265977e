import { AdmissionModule, ClusteredFastifyAdapter, ContextModule } from 'nestjs-buttress';

import { serve } from './serve.ts';

const admission = AdmissionModule.forRoot({ priority: { trust: ['127.0.0.1'] } });

await serve(new ClusteredFastifyAdapter(), { imports: [ContextModule.forRoot(), admission] });
process.send?.('ready');
