/** Loopback alone: a benchmark is nobody else's business. */
export const HOST = '127.0.0.1';

/** What a target is told by its environment. */
export interface Settings {
  port: number;
  /** Where the probes of the group listen; the other targets have none. */
  probesPort: number;
  workers: number;
}

export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    port: Number(env['PORT']),
    probesPort: Number(env['PROBES_PORT']),
    workers: Number(env['WORKERS']),
  };
}
