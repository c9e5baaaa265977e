import { once } from 'node:events';

import { WebSocket } from 'ws';

interface Message {
  id?: number;
  method?: string;
  result?: { result?: { value?: unknown } };
}

/** A debugger, attached to the inspector of a process. */
export class Debugger {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #seen = new Set<string>();
  #ids = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      if (message.id !== undefined) this.#answers.get(message.id)?.(message);
      if (message.method !== undefined) this.#seen.add(message.method);
    });
  }

  static async attach(url: string): Promise<Debugger> {
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Debugger(socket);
  }

  send(method: string, params: object = {}): Promise<Message> {
    const id = ++this.#ids;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.send('Runtime.evaluate', { expression, returnByValue: true });
    return result?.result?.value;
  }

  /** Whether the process has told of such an event. */
  has(event: string): boolean {
    return this.#seen.has(event);
  }

  close(): void {
    this.#socket.terminate();
  }
}

/** The inspectors that processes have opened, in order. */
export function inspectorsIn(output: string): string[] {
  return [...output.matchAll(/Debugger listening on (ws:\S+)/g)].map(([, url = '']) => url);
}
