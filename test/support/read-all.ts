import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** All that comes, as text. Leaves the stream open, unlike an iterator: Node 22 destroys its side. */
export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks).toString();
}
