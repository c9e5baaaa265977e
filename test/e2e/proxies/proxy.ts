import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import { freePort } from '../../support/free-port.ts';
import { isListening } from '../../support/is-listening.ts';
import { until } from '../../support/until.ts';

export type ProxyName = 'haproxy' | 'nginx';

/** What it speaks to the application. */
export type Backend = 'http1' | 'h2c' | 'h2';

/** Where the application listens. */
export interface Behind {
  backend: Backend;
  port: number;
}

/** A proxy that runs, with the configuration of `docs/deploy`. */
export interface Proxy {
  port: number;
  /** Over TLS, with HTTP/2. */
  securePort: number;
  /** All that it logged. */
  lines: () => string[];
}

interface Places extends Behind {
  own: Pick<Proxy, 'port' | 'securePort'>;
  directory: string;
}

const DOCS = new URL('../../../docs/deploy/', import.meta.url);

const HAS: Record<ProxyName, boolean> = {
  haproxy: spawnSync('haproxy', ['-v']).status === 0,
  nginx: spawnSync('nginx', ['-v']).status === 0,
};

export function isThere(name: ProxyName): boolean {
  return HAS[name];
}

/** Says once why tests are skipped, or fails where proxies are a must. */
export function explainSkip(): void {
  for (const [name, isHere] of Object.entries(HAS)) {
    if (isHere) continue;
    if (process.env['PROXIES'] === 'required') throw new Error(`${name} is not installed`);
    console.warn(`No ${name} here: nothing is tested behind it (apt-get install ${name})`);
  }
}

/** Starts a proxy before an application. It ends with the test. */
export async function startProxy(name: ProxyName, behind: Behind): Promise<Proxy> {
  const directory = mkdtempSync(join(tmpdir(), 'test-proxy-'));
  const own = { port: await freePort(), securePort: await freePort() };
  writeFileSync(join(directory, 'service.key'), KEY);
  writeFileSync(join(directory, 'service.pem'), `${CERTIFICATE}${KEY}`);
  writeFileSync(join(directory, 'ca.pem'), CERTIFICATE);
  const [command, ...args] = PREPARE[name]({ ...behind, own, directory });
  const log = openSync(join(directory, 'output.log'), 'a');
  const child = spawn(command, args, { stdio: ['ignore', log, log] });
  const ended = once(child, 'close');
  process.once('exit', () => child.kill());
  const lines = (): string[] => linesIn(directory);
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true });
  });
  await until(
    `${name} listening`,
    async () => {
      if (await isListening(own.securePort)) return true;
      throw new Error(lines().join('\n'));
    },
    { everyMs: 100 },
  );
  return { ...own, lines };
}

/** Writes the configuration. @returns the command that starts the proxy */
const PREPARE: Record<ProxyName, (places: Places) => readonly [string, ...string[]]> = {
  haproxy: ({ backend, port, own, directory }) => {
    const [main, service] = [join(directory, 'global.cfg'), join(directory, 'service.cfg')];
    writeFileSync(main, 'global\n    log stdout format raw local0\n');
    const config = documented('haproxy.cfg', {
      'bind :80': `bind 127.0.0.1:${own.port}`,
      'bind :443': `bind 127.0.0.1:${own.securePort}`,
      '/etc/haproxy': directory,
      'default_backend service': `default_backend ${SECTIONS[backend]}`,
      '10.0.0.5:3000': `127.0.0.1:${port}`,
    });
    // As the file advises for a single server.
    writeFileSync(service, config.replaceAll(/ check port .*$/gm, ''));
    return ['haproxy', '-db', '-f', main, '-f', service];
  },
  nginx: ({ port, own, directory }) => {
    const [main, service] = [join(directory, 'nginx.conf'), join(directory, 'service.conf')];
    writeFileSync(main, nginxMain(directory));
    const config = documented('nginx.conf', {
      'listen 80': `listen 127.0.0.1:${own.port}`,
      'listen 443': `listen 127.0.0.1:${own.securePort}`,
      '/etc/nginx/service.': `${directory}/service.`,
      '10.0.0.5:3000': `127.0.0.1:${port}`,
    });
    writeFileSync(service, config);
    return ['nginx', '-p', directory, '-c', main, '-g', 'daemon off;'];
  },
};

const SECTIONS: Record<Backend, string> = {
  http1: 'service',
  h2c: 'service-h2c',
  h2: 'service-h2',
};

/** A configuration of the docs with other addresses and places. */
function documented(name: string, replaced: Record<string, string>): string {
  let text = readFileSync(new URL(name, DOCS), 'utf8');
  for (const [from, to] of Object.entries(replaced)) {
    if (!text.includes(from)) throw new Error(`${name} has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** What an installation has besides: here with logs and temporary files in one directory. */
function nginxMain(directory: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  );
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 2;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log;
events { worker_connections 1024; }
http {
  log_format upstreams '$request $status upstream $upstream_status of $upstream_addr';
  access_log ${directory}/access.log upstreams;
  ${temporary.join('\n  ')}
  include ${directory}/service.conf;
}
`;
}

function linesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .flatMap((name) => readFileSync(join(directory, name), 'utf8').trimEnd().split('\n'));
}
