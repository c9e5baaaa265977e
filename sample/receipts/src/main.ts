import { Group } from 'nestjs-buttress/cluster';

import { readSettings } from './settings.ts';

// Names the service on the pages and in metrics; its package.json is that of the whole repository.
process.env['OTEL_SERVICE_NAME'] ??= 'receipts';

/** The primary: accepts and supervises. It imports no application code. */
const { workers, metaPort } = readSettings();

await new Group({
  app: new URL('./app.js', import.meta.url),
  workers,
  meta: {
    port: metaPort,
    allow: ['cpu-profile', 'heap-profile', 'heap-growth', 'recycle', 'reload'],
  },
}).serve();
