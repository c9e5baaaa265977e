import { readFileSync } from 'node:fs';

import { BufferedSocket, NetstringSocket } from 'nestjs-buttress/buffered-socket';
import { describe, expect, it } from 'vitest';

import { CERTIFICATE } from '../../fixtures/self-signed.ts';
import {
  ask,
  countLines,
  lineServer,
  netstringPing,
  readFrame,
  readLate,
  startTls,
} from './examples.ts';
import { connected, listen, startTlsServer } from './sockets.ts';

describe('docs/buffered-socket.md', () => {
  it('shows the examples that are run here', () => {
    const examples = readFileSync(new URL('./examples.ts', import.meta.url), 'utf8');
    const docs = readFileSync(new URL('../../../docs/buffered-socket.md', import.meta.url), 'utf8');
    const regions = [...examples.matchAll(/^( *)\/\/ #region \w+\n([^]*?)^ *\/\/ #endregion/gm)];
    const shown = [...docs.matchAll(/^```ts\n(?:import [^]*?;\n\n)*([^]*?)^```/gm)].map(
      ([, code]) => code,
    );
    expect(regions.length).toBeGreaterThan(5);
    const told = regions.map(([, indent = '', code = '']) =>
      code.replaceAll(new RegExp(`^${indent}`, 'gm'), '').replaceAll(/^export /gm, ''),
    );
    expect(shown).toEqual(told);
  });
});

describe('an example of docs/buffered-socket.md', () => {
  it('asks a server and reads its answer', async () => {
    const port = await listen((raw) => void raw.once('data', () => raw.write('+PONG\r\n')));
    expect(await ask(port)).toBe('+PONG');
  });

  it('serves a line protocol, and is its client', async () => {
    const port = await listen(lineServer((line) => line.toUpperCase()));
    const client = await connected(port);
    await client.write('one\r\ntwo\n');
    await client.write('thr');
    await client.write('ee');
    await client.end();
    expect(String(await client.readToEnd())).toBe('ONE\nTWO\nTHREE\n');
  });

  it('answers a line without end with an error', async () => {
    const port = await listen(lineServer((line) => line));
    const client = await connected(port);
    await client.write('x'.repeat(2_000));
    expect(String(await client.readUntil('\n'))).toBe('ERROR ERR_BUTTRESS_SOCKET_TOO_LONG');
    expect(await client.read()).toBeNull();
  });

  it('serves a peer that sends byte by byte, beside one that does not read', async () => {
    const port = await listen(lineServer((line) => line.repeat(1_000)));
    const slow = await connected(port);
    for (const letter of 'slow\n') {
      // oxlint-disable-next-line no-await-in-loop -- byte by byte
      await slow.write(letter);
      // oxlint-disable-next-line no-await-in-loop -- byte by byte
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
    expect(String(await slow.readUntil('\n'))).toBe('slow'.repeat(1_000));

    // Its answers fill what the system holds: then the server reads no further, and so on back.
    const deaf = await connected(port);
    deaf.socket.pause();
    const questions = `${'x'.repeat(1_000)}\n`.repeat(1_000);
    const stuck = deaf.write(questions.repeat(40), { timeoutMs: 500 });
    await expect(stuck).rejects.toMatchObject({ code: 'ERR_BUTTRESS_SOCKET_TIMEOUT' });
    expect(deaf.bytesUnsent).toBeGreaterThan(0);
    deaf.destroy();

    // And nobody else minds.
    const other = await connected(port);
    await other.write('ab\n');
    expect(String(await other.readUntil('\n'))).toBe('ab'.repeat(1_000));
  });

  it('reads again after a timeout, with what came before', async () => {
    const port = await listen((raw) => {
      raw.write('half ');
      raw.once('data', () => raw.write('a line\n'));
    });
    const socket = await connected(port);
    const line = await readLate(socket, () => void socket.write('go on'));
    expect(String(line)).toBe('half a line');
  });

  it('counts lines of whole chunks', async () => {
    const port = await listen((raw) => void raw.end('line\n'.repeat(10_000).concat('\n')));
    expect(await countLines(await connected(port))).toBe(10_000);
  });

  it('reads frames, and refuses one that is too large', async () => {
    const port = await listen((raw) => {
      raw.write(Buffer.from('\0\0\0\x05hello\0\0'));
      raw.end(Buffer.from('\0\x02yo\xff\xff\xff\xff', 'latin1'));
    });
    const socket = await connected(port);
    expect(String(await readFrame(socket))).toBe('hello');
    expect(String(await readFrame(socket))).toBe('yo');
    await expect(readFrame(socket)).rejects.toThrow('a frame of 4294967295 bytes');
  });

  it('changes to TLS on the same connection', async () => {
    const port = await startTlsServer();
    const secure = await startTls(await connected(port), CERTIFICATE);
    await secure.write('hello\n');
    expect(String(await secure.readUntil('\n'))).toBe('secure hello');
    await secure.close();
  });

  it('exchanges netstrings', async () => {
    const port = await listen(async (raw) => {
      const messages = new NetstringSocket(new BufferedSocket(raw));
      for await (const message of messages) await messages.write(`${String(message)} pong`);
      await messages.socket.close();
    });
    expect(await netstringPing(port)).toBe('ping pong');
  });
});
