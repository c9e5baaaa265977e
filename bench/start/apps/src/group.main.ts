import { Group } from 'nestjs-buttress/cluster';

/** The application that `APP` names in a Group with its pages. */
await new Group({
  app: process.env['APP'] ?? '',
  workers: Number(process.env['WORKERS']),
  meta: { port: Number(process.env['META_PORT']) },
}).serve();
