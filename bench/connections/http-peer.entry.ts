import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers in another process, so that only what the client does is measured. */
const server = createServer((_request, response) => response.end('{"EUR":1}'));

server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit(0));
