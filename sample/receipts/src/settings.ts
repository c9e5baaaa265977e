/** Settings of the service, from the environment. */
export interface Settings {
  host: string;
  port: number;
  metaPort: number;
  workers: number | 'auto';
  dataDir: string;
  /** Addresses of the service `rates`: the second one is for when the first one is down. */
  rates: [string, string];
  /** Address of the service `printer`. */
  printer: string;
  /** PostgreSQL in place of SQLite. */
  database: DatabaseSettings | undefined;
  /** Redis, where receipts that were read are kept. */
  cache: { address: string } | undefined;
  /** Whether the routes for trying faults are there. */
  isLab: boolean;
}

export interface DatabaseSettings {
  address: string;
  user: string;
  password: string;
  name: string;
}

/** @throws TypeError for a variable that is not what it should be */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    host: env['HOST'] ?? '127.0.0.1',
    port: port('PORT', env['PORT'] ?? '3000'),
    metaPort: port('META_PORT', env['META_PORT'] ?? '3001'),
    workers: env['WORKERS'] === undefined ? 'auto' : Number(env['WORKERS']),
    dataDir: env['DATA_DIR'] ?? './data',
    rates: [env['RATES'] ?? '127.0.0.1:3010', env['RATES_FALLBACK'] ?? '127.0.0.1:3011'],
    printer: env['PRINTER'] ?? '127.0.0.1:3012',
    database: database(env['DATABASE_URL']),
    cache: cache(env['REDIS_URL']),
    isLab: env['LAB'] === '1',
  };
}

function port(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new TypeError(`${name} must be a port from 0 to 65535. Received "${text}".`);
}

function database(text: string | undefined): DatabaseSettings | undefined {
  if (text === undefined) return undefined;
  const url = parsed('DATABASE_URL', text);
  return {
    address: address(url, '5432'),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    name: url.pathname.slice(1),
  };
}

function cache(text: string | undefined): Settings['cache'] {
  return text === undefined ? undefined : { address: address(parsed('REDIS_URL', text), '6379') };
}

function address({ hostname, port: given }: URL, usual: string): string {
  return `${hostname}:${given === '' ? usual : given}`;
}

/** The value may hold a password: it is not told. */
function parsed(name: string, text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  throw new TypeError(`${name} must be a URL.`);
}
