/** Settings of the service, from the environment. */
export interface Settings {
  host: string;
  port: number;
  metaPort: number;
  workers: number | 'auto';
  dataDir: string;
  /** Whether the routes for trying faults are there. */
  isLab: boolean;
}

/** @throws TypeError for a variable that is not what it should be */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: port('PORT', env['PORT'] ?? '3000'),
    metaPort: port('META_PORT', env['META_PORT'] ?? '3001'),
    workers: env['WORKERS'] === undefined ? 'auto' : Number(env['WORKERS']),
    dataDir: env['DATA_DIR'] ?? './data',
    isLab: env['LAB'] === '1',
  };
}

function port(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new TypeError(`${name} must be a port from 0 to 65535. Received "${text}".`);
}
