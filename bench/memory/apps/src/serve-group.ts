import { Group } from 'nestjs-buttress/cluster';

/** Runs a group with pages on the second port; `fetch` here would add to what is measured. */
export async function serveGroup(app: URL): Promise<void> {
  const workers = Number(process.env['WORKERS']);
  const port = Number(process.env['PROBES_PORT']);
  process.once('disconnect', () => process.exit(0));
  await new Group({ app, workers, meta: { port } }).serve();
  process.send?.('ready');
}
