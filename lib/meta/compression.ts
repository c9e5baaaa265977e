import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import type { FastifyInstance, FastifyReply } from 'fastify';

/** Smaller bodies fit into one packet anyway, in bytes. */
const MIN_BYTES = 1_024;

/** Quality of brotli for answers made anew each time: near gzip's time, smaller result. */
const BROTLI_QUALITY = 4;

const CODINGS = {
  br: (body: Buffer | string): Promise<Buffer> =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
    }),
  gzip: (body: Buffer | string): Promise<Buffer> => promisify(gzip)(body),
} as const;

type Coding = keyof typeof CODINGS;

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]+\+)?(?:json|javascript|openmetrics-text)|image\/svg\+xml)/;

/**
 * Compresses answers with texts in memory, as the client accepts it. Streams pass as they are. Runs
 * on libuv's threads, so it costs the event loop next to nothing.
 */
export function compressAnswers(instance: FastifyInstance): void {
  instance.addHook('onSend', async (request, reply, payload: unknown) => {
    if (!isCompressible(reply, payload)) return payload;
    addVary(reply);
    const encoded = await encode(payload, request.headers['accept-encoding']);
    if (encoded === undefined) return payload;
    void reply.header('content-encoding', encoded.coding).removeHeader('content-length');
    return encoded.body;
  });
}

/** Compresses a body as a client accepts it; undefined: it accepts none of our codings. */
export async function encode(
  body: Buffer | string,
  accepted: string | string[] | undefined,
): Promise<{ coding: Coding; body: Buffer } | undefined> {
  const coding = codingOf(accepted);
  return coding === undefined ? undefined : { coding, body: await CODINGS[coding](body) };
}

function isCompressible(reply: FastifyReply, payload: unknown): payload is Buffer | string {
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return false;
  if (Buffer.byteLength(payload) < MIN_BYTES || reply.hasHeader('content-encoding')) return false;
  return COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? ''));
}

function addVary(reply: FastifyReply): void {
  const vary = reply.getHeader('vary');
  void reply.header(
    'vary',
    vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`,
  );
}

/** Preferred coding that a client accepts; undefined: none. */
function codingOf(header: string | string[] | undefined): Coding | undefined {
  const accepted = qualities(String(header ?? ''));
  const best = (['br', 'gzip'] as const)
    .map((coding) => ({ coding, quality: accepted.get(coding) ?? accepted.get('*') ?? 0 }))
    .reduce((a, b) => (b.quality > a.quality ? b : a));
  return best.quality > 0 ? best.coding : undefined;
}

function qualities(header: string): Map<string, number> {
  const parts = header.slice(0, 500).split(',');
  return new Map(
    parts.map((part) => {
      const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
      const given = parameters.find((one) => one.startsWith('q='))?.slice(2);
      const quality = given === undefined ? 1 : Number(given);
      return [name, Number.isFinite(quality) ? quality : 0] as const;
    }),
  );
}
