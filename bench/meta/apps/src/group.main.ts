import { Group } from 'nestjs-buttress/cluster';

/** A group with pages on the port after its own probes' one; it says when all workers are there. */
const workers = Number(process.env['WORKERS'] ?? 2);
const metaPort = Number(process.env['PROBES_PORT']);

await new Group({
  app: new URL('./service.app.js', import.meta.url),
  workers,
  meta: { port: metaPort },
}).serve();

const timer = setInterval(() => void tellWhenReady(), 200);

async function tellWhenReady(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${metaPort}/api/v1/workers`).catch(() => undefined);
  if (answer?.ok !== true) return;
  const { data } = (await answer.json()) as { data: { state: string }[] };
  if (data.length < workers || data.some(({ state }) => state !== 'READY')) return;
  clearInterval(timer);
  process.send?.({ metaPort });
}
