/** Clients that each wait for their answer before they ask again, with Node's own `fetch`. */
export class Saturation {
  readonly #url: string;
  #loops: Promise<void>[] = [];
  #isOver = false;
  #answered = 0;
  #failed = 0;

  constructor(url: string) {
    this.#url = url;
  }

  start(clients: number): void {
    this.#loops = Array.from({ length: clients }, () => this.#loop());
  }

  /** So far. */
  get answered(): number {
    return this.#answered;
  }

  /** Waits for the last answers: no request is given up. @throws Error when one was not answered well */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
    if (this.#failed > 0) throw new Error(`${this.#failed} requests for ${this.#url} failed`);
  }

  async #loop(): Promise<void> {
    while (!this.#isOver) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other keeps so many in flight
      if (await isAnswered(this.#url)) this.#answered++;
      else this.#failed++;
    }
  }
}

async function isAnswered(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
