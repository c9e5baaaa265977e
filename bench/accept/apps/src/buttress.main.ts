import { setTimeout as wait } from 'node:timers/promises';

import { Group } from 'nestjs-buttress/cluster';

import { endWithParent, tellReady } from './parent.ts';
import { HOST, readSettings } from './settings.ts';

/** How often the group is asked whether all its workers are there, in milliseconds. */
const ASK_EVERY_MS = 50;

/** Ours: a group with its accept queue, and without the process that shows the pages. */
const { workers, probesPort } = readSettings();

endWithParent();
await new Group({
  app: new URL('./buttress.app.js', import.meta.url),
  workers,
  supervision: { quorum: workers },
  meta: false,
  probes: { host: HOST, port: probesPort },
}).serve();
await allReady();
tellReady();

async function allReady(): Promise<void> {
  const { ok } = await fetch(`http://${HOST}:${probesPort}/readyz`);
  if (ok) return;
  await wait(ASK_EVERY_MS);
  return allReady();
}
