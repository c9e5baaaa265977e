import { setTimeout as wait } from 'node:timers/promises';

import { Group, type ReloadOptions } from 'nestjs-buttress/cluster';

/** How often the group is asked whether all its workers are there, in milliseconds. */
const ASK_EVERY_MS = 50;

const HOST = '127.0.0.1';

/** Serves a group without pages that reloads whenever it gets a message, and answers with the outcome. */
export async function serve(reload: ReloadOptions): Promise<void> {
  const workers = Number(process.env['WORKERS']);
  const port = Number(process.env['PROBES_PORT']);
  const group = new Group({
    app: new URL('./service.app.js', import.meta.url),
    workers,
    supervision: { quorum: workers },
    meta: false,
    probes: { host: HOST, port },
    reload,
  });
  process.once('disconnect', () => process.exit(0));
  process.on('message', () => {
    void group.reload().then(
      (outcome) => process.send?.(outcome),
      (error: unknown) => process.send?.({ failure: String(error) }),
    );
  });
  await group.serve();
  await allReady(port);
  process.send?.('ready');
}

async function allReady(port: number): Promise<void> {
  const { ok } = await fetch(`http://${HOST}:${port}/readyz`);
  if (ok) return;
  await wait(ASK_EVERY_MS);
  return allReady(port);
}
