import { connect, type Socket } from 'node:net';

/** What one connection brought, as a client sees it. */
export interface Exchange {
  /** Absent when no whole head of an answer came. */
  status: number | undefined;
  headers: ReadonlyMap<string, string>;
  body: string;
  /** Bytes received. */
  bytes: number;
  /** The system's code, or `TIMEOUT` when the client gave up. */
  errorCode: string | undefined;
  /** Time to the first byte, in milliseconds. */
  answeredAfterMs: number | undefined;
  /** Time to the end of the connection, in milliseconds. */
  closedAfterMs: number;
}

/** A plain TCP connection that notes what comes and when. Nothing in it is retried. */
export class RawConnection {
  /** Resolves when the connection has ended, whatever way. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #openedAt = performance.now();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #errorCode: string | undefined;
  #answeredAfterMs: number | undefined;
  #closedAfterMs: number | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', ({ code }: NodeJS.ErrnoException) => (this.#errorCode ??= code));
    this.closed = new Promise((resolve) => {
      this.#socket.once('close', () => {
        this.#closedAfterMs = this.#sinceOpened();
        resolve();
      });
    });
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('latin1');
  }

  get isClosed(): boolean {
    return this.#closedAfterMs !== undefined;
  }

  /** Time to the end of the connection, so far or in all, in milliseconds. */
  get ageMs(): number {
    return this.#closedAfterMs ?? this.#sinceOpened();
  }

  send(data: string | Buffer): this {
    this.#socket.write(data);
    return this;
  }

  /** Gives up, for the reason that the exchange then shows. */
  abandon(errorCode?: string): void {
    this.#errorCode ??= errorCode;
    this.#socket.destroy();
  }

  /** What came on this connection, when it has ended. */
  async exchange({ withinMs = 30_000 } = {}): Promise<Exchange> {
    const timer = setTimeout(() => this.abandon('TIMEOUT'), withinMs);
    await this.closed;
    clearTimeout(timer);
    return {
      ...parseAnswer(this.text),
      bytes: this.#bytes,
      errorCode: this.#errorCode,
      answeredAfterMs: this.#answeredAfterMs,
      closedAfterMs: this.ageMs,
    };
  }

  #receive(chunk: Buffer): void {
    this.#answeredAfterMs ??= this.#sinceOpened();
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
  }

  #sinceOpened(): number {
    return performance.now() - this.#openedAt;
  }
}

/** The text of a request after which the server closes the connection, or keeps it. */
export function requestText(path: string, connection: 'close' | 'keep-alive' = 'close'): string {
  return `GET ${path} HTTP/1.1\r\nHost: test\r\nConnection: ${connection}\r\n\r\n`;
}

/** One request on a connection of its own. */
export function get(
  port: number,
  path: string,
  limits: { withinMs?: number } = {},
): Promise<Exchange> {
  return new RawConnection(port).send(requestText(path)).exchange(limits);
}

/** The status, or what came in place of one. */
export function outcome({ status, errorCode }: Exchange): number | string {
  return status ?? errorCode ?? 'closed';
}

/** What the lab says about itself. */
export interface LabAnswer {
  pid: number;
  slot: number;
  outcome: string;
}

/** The JSON of an answer, which must be there. */
export function jsonOf({ status, body, errorCode }: Exchange): unknown {
  if (status !== 200) throw new Error(`answered ${status ?? errorCode ?? 'nothing'}: ${body}`);
  return JSON.parse(body);
}

/** The lab's answer, which must be there. */
export function labAnswer(exchange: Exchange): LabAnswer {
  return jsonOf(exchange) as LabAnswer;
}

function parseAnswer(text: string): Pick<Exchange, 'status' | 'headers' | 'body'> {
  const endOfHead = text.indexOf('\r\n\r\n');
  if (endOfHead < 0) return { status: undefined, headers: new Map(), body: '' };
  const [statusLine = '', ...lines] = text.slice(0, endOfHead).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(statusLine.split(' ')[1]), headers, body: text.slice(endOfHead + 4) };
}
