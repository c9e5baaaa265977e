import { ClusteredFastifyAdapter, Context } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';

import { chain, Identity } from './chain.ts';
import { serve } from './serve.ts';

const { controllers, providers } = chain();

await serve(
  {
    imports: [ContextModule.forRoot()],
    controllers,
    providers: [...providers, { provide: Identity, useExisting: Context }],
  },
  new ClusteredFastifyAdapter(),
);
