import { Group } from 'nestjs-buttress/cluster';

/** A group of one worker, whose features the environment switches on. */
process.once('disconnect', () => process.exit(0));
await new Group({
  app: new URL('./features.app.js', import.meta.url),
  workers: 1,
  meta: false,
}).serve();
process.send?.('ready');
