import { ButtressModule, ClusteredFastifyAdapter } from 'nestjs-buttress';

import { serve } from './serve.ts';

const WITH_ADMISSION = Number(process.env['WITH_ADMISSION']);
const PORTS = [process.env['PORT'], process.env['SECOND_PORT']].map(Number);

// Two applications in one process, with all that README turns on, alike but for admission: processes differ more than these.
for (const [index, port] of PORTS.entries()) {
  const options = index === WITH_ADMISSION ? {} : { admission: false as const };
  const imports = [ButtressModule.forRoot(options)];
  // oxlint-disable-next-line no-await-in-loop -- the order is part of what is measured
  await serve(new ClusteredFastifyAdapter(), { imports }, { port });
}
process.send?.('ready');
