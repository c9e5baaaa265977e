import { ClusteredFastifyAdapter } from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';

import { serve } from './serve.ts';

const admission = AdmissionModule.forRoot({ priority: { trust: ['127.0.0.1'] } });

await serve(new ClusteredFastifyAdapter(), { imports: [ContextModule.forRoot(), admission] });
process.send?.('ready');
