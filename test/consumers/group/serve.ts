import { setTimeout as sleep } from 'node:timers/promises';

import { Group } from 'nestjs-buttress/cluster';

/** Serves, asks the application and its pages once, prints what they say, and ends. */
export async function serve(app: URL | string, setup: URL | string): Promise<void> {
  const [port, metaPort] = [Number(process.env['PORT']), Number(process.env['META_PORT'])];
  const group = new Group({ app, workers: 1, meta: { port: metaPort, setup } });
  await group.serve();
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  const { pid } = (await answer.json()) as { pid: number };
  const known = await statusOfPages(metaPort, { authorization: `Basic ${btoa('op:sesame')}` });
  const stranger = await statusOfPages(metaPort, {});
  await group.close();
  const isWorker = pid !== process.pid;
  console.log(JSON.stringify({ answer: answer.status, isWorker, known, stranger }));
}

/** 503 while the pages start. */
async function statusOfPages(port: number, headers: Record<string, string>): Promise<number> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- asked until there is an answer
    const { status } = await fetch(`http://127.0.0.1:${port}/api/v1/workers`, { headers });
    if (status !== 503) return status;
    // oxlint-disable-next-line no-await-in-loop -- asked until there is an answer
    await sleep(50);
  }
}
