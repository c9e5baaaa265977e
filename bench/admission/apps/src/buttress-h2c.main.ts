import { ClusteredFastifyAdapter } from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';

import { serve } from './serve.ts';

const imports = [ContextModule.forRoot(), AdmissionModule.forRoot()];

await serve(new ClusteredFastifyAdapter({ http2: true }), { imports });
process.send?.('ready');
