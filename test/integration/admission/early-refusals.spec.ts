import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import { ask, openSession } from '../../support/http2-client.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { slowLink } from '../../support/slow-link.ts';
import { type Upload, uploadBlindly, uploadByHttp } from '../../support/upload.ts';
import { type Lab, type LabSetup, startLab } from './admission-lab.ts';

const HTTP2 = { http2: true } as NonNullable<LabSetup['adapter']>;

const MIB = 1024 * 1024;

const run = promisify(execFile);

/** A lab in which nobody may wait and the only place of `POST /upload` is taken. */
async function startFull({ admission, ...rest }: LabSetup = {}): Promise<Lab> {
  const lab = await startLab({ admission: { queue: { maxQueue: 0 }, ...admission }, ...rest });
  void lab.fetch('/upload', { method: 'POST' }).catch(() => undefined);
  await lab.untilBegun(1);
  return lab;
}

/** Several clients, one after another. */
async function several(upload: () => Promise<unknown>, count = 3): Promise<Set<unknown>> {
  const results = new Set<unknown>();
  for (let index = 0; index < count; index++) {
    // oxlint-disable-next-line no-await-in-loop -- one client after another
    results.add(await upload());
  }
  return results;
}

async function curl({ port, path, bytes }: Upload): Promise<string> {
  const url = `http://127.0.0.1:${port}${path}`;
  const body = ['--data-binary', '@-', '-H', 'Content-Type: text/plain', '-H', 'Expect:'];
  const args = ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...body, url];
  const running = run('curl', args);
  running.child.stdin?.on('error', () => undefined).end(Buffer.alloc(bytes, 'x'));
  return (await running).stdout;
}

async function python({ port, path, bytes }: Upload): Promise<string> {
  const code =
    'import sys, http.client\n' +
    "c = http.client.HTTPConnection('127.0.0.1', int(sys.argv[1]))\n" +
    "c.request('POST', sys.argv[2], b'x' * int(sys.argv[3]), {'Content-Type': 'text/plain'})\n" +
    'print(c.getresponse().status)\n';
  const { stdout } = await run('python3', ['-c', code, String(port), path, String(bytes)]);
  return stdout.trim();
}

async function isInstalled(command: string): Promise<boolean> {
  return run(command, ['--version']).then(
    () => true,
    () => false,
  );
}

describe('An upload that is refused early', () => {
  describe.each([
    ['as too large', 413, startLab],
    ['for want of a place', 503, startFull],
  ] as const)('%s', (_why, status, start) => {
    const expected = new Set<unknown>([status]);

    it('R39 shows its status to `node:http`, and to clients that read late', async () => {
      const { port } = await start();
      const upload = { port, path: '/upload', bytes: 20 * MIB };
      expect(await several(() => uploadByHttp(upload))).toEqual(expected);
      expect(await several(() => uploadBlindly(upload))).toEqual(expected);
      const chunked = { ...upload, length: 'chunked' } as const;
      expect(await several(() => uploadBlindly(chunked))).toEqual(expected);
    });

    it('R39 shows its status over a slow link', async () => {
      const { port } = await start();
      const upload = { path: '/upload', bytes: 4 * MIB, port: await slowLink(port, 20) };
      expect(await uploadByHttp(upload)).toBe(status);
      expect(await uploadBlindly(upload)).toBe(status);
    });

    it('R39 shows its status though it takes longer than a connection is kept for it', async () => {
      const { port } = await start();
      const upload = { port, path: '/upload', bytes: 2 * MIB, overMs: 2_000 };
      const closing = { ...upload, headers: { connection: 'close' } };
      const statuses = await Promise.all([uploadBlindly(upload), uploadBlindly(closing)]);
      expect(statuses).toEqual([status, status]);
    });

    it.each([
      ['curl', curl],
      ['python3', python],
    ] as const)('R39 shows its status to %s, if that is there', async (command, upload) => {
      if (!(await isInstalled(command))) return;
      const { port } = await start();
      const sent = { port, path: '/upload', bytes: 20 * MIB };
      expect(await several(() => upload(sent))).toEqual(new Set([`${status}`]));
    });
  });

  it('R39 shows its status where its deadline passes as it arrives', async () => {
    const { port } = await startLab();
    const headers = { 'x-request-timeout-ms': '300' };
    const upload = { port, path: '/upload', bytes: MIB / 2, overMs: 2_000, headers };
    const closing = { ...upload, headers: { ...headers, connection: 'close' } };
    const chunked = { ...upload, length: 'chunked' } as const;
    const uploads = [upload, closing, chunked].map((one) => uploadBlindly(one));
    expect(await Promise.all(uploads)).toEqual([504, 504, 504]);
  });

  it('R39 shows its status over TLS', async () => {
    const adapter = { https: { key: KEY, cert: CERTIFICATE } } as NonNullable<LabSetup['adapter']>;
    const { port } = await startLab({ adapter });
    const upload = { port, path: '/upload', bytes: 20 * MIB, ca: CERTIFICATE };
    expect(await several(() => uploadByHttp(upload))).toEqual(new Set([413]));
  });

  it('R39 shows its status over HTTP/2, and its session goes on', async () => {
    const lab = await startLab({ adapter: HTTP2, admission: { queue: { maxQueue: 0 } } });
    const session = await openSession(lab.port);
    const headers = { 'content-type': 'text/plain' };
    const upload = { method: 'POST', headers, body: Buffer.alloc(4 * MIB, 'x') };
    expect(await ask(session, '/upload', upload)).toMatchObject({ status: 413, resetCode: 0 });
    void ask(session, '/upload', { ...upload, body: 'small' });
    await lab.untilBegun(1);
    expect(await ask(session, '/upload', upload)).toMatchObject({ status: 503, resetCode: 0 });
    expect(await ask(session, '/nowhere')).toMatchObject({ status: 404 });
  });

  it('R39 is the last request on its connection', async () => {
    const lab = await startLab();
    const connection = new RawConnection(lab.port);
    const length = 2 * MIB;
    connection.send(
      `POST /upload HTTP/1.1\r\nHost: lab\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`,
    );
    connection.send(Buffer.alloc(length));
    connection.send('POST /upload HTTP/1.1\r\nHost: lab\r\nContent-Length: 0\r\n\r\n');
    const { status, errorCode } = await connection.exchange();
    expect(status).toBe(413);
    expect(errorCode).toBeUndefined();
    expect(lab.held.begun).toEqual([]);
  });
});
