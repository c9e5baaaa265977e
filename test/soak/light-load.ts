import { setTimeout as sleep } from 'node:timers/promises';

/** What became of the requests of one route. */
export interface RouteTally {
  /** How often each status came, or what came in place of an answer. */
  answers: Map<number | string, number>;
  longestMs: number;
}

interface Step {
  route: string;
  /** Each of so many arrivals; the first step that fits takes it. */
  every: number;
  send: (load: LightLoad) => Promise<Response>;
}

const NO_ANSWER_MS = 30_000;

/** Known receipts, from which those that are read are taken. */
const MOST_KNOWN = 500;

const RECEIPT = {
  merchant: 'Corner shop',
  currency: 'EUR',
  items: [
    { name: 'Tea', quantity: 2, unitAmount: 350 },
    { name: 'Milk', quantity: 1, unitAmount: 120 },
  ],
};

/** Large enough for a thread. */
const FILE = [
  'merchant,currency,totalAmount',
  ...Array.from({ length: 5_000 }, (_, index) => `Shop ${index % 50},EUR,${index}`),
].join('\n');

const STEPS: Step[] = [
  { route: 'POST /receipts/summary', every: 100, send: (load) => load.summarize() },
  { route: 'GET /receipts/:id/pdf', every: 20, send: (load) => load.read('/pdf') },
  { route: 'POST /receipts', every: 4, send: (load) => load.create() },
  { route: 'GET /receipts/:id', every: 1, send: (load) => load.read() },
];

/** Asks the sample at a fixed rate, mostly for what is cheap, whether answers come or not. */
export class LightLoad {
  readonly tally = new Map<string, RouteTally>();
  readonly #url: string;
  readonly #known: string[] = [];
  #sent = 0;

  constructor(port: number) {
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Runs until it is over, and every request has its outcome. */
  async run(rate: number, isOver: () => boolean): Promise<void> {
    await this.#ask('POST /receipts', () => this.create());
    const startedAt = performance.now();
    const open = new Set<Promise<void>>();
    while (!isOver()) {
      const due = startedAt + (this.#sent * 1_000) / rate;
      // oxlint-disable-next-line no-await-in-loop -- the rate is the point
      await sleep(Math.max(0, due - performance.now()));
      const asked = this.#arrive(this.#sent++);
      open.add(asked);
      void asked.finally(() => open.delete(asked));
    }
    await Promise.all(open);
  }

  async create(): Promise<Response> {
    const answer = await this.#fetch('', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(RECEIPT),
    });
    if (answer.status !== 201) return answer;
    const { id } = (await answer.clone().json()) as { id: string };
    this.#known.push(id);
    if (this.#known.length > MOST_KNOWN) this.#known.shift();
    return answer;
  }

  read(what = ''): Promise<Response> {
    const id = this.#known[this.#sent % this.#known.length] ?? 'none';
    return this.#fetch(`/${id}${what}`);
  }

  summarize(): Promise<Response> {
    const headers = { 'content-type': 'text/csv' };
    return this.#fetch('/summary', { method: 'POST', headers, body: FILE });
  }

  #fetch(path: string, about: RequestInit = {}): Promise<Response> {
    const signal = AbortSignal.timeout(NO_ANSWER_MS);
    return fetch(`${this.#url}/receipts${path}`, { ...about, signal });
  }

  async #arrive(count: number): Promise<void> {
    const step = STEPS.find(({ every }) => count % every === every - 1);
    if (step !== undefined) await this.#ask(step.route, () => step.send(this));
  }

  async #ask(route: string, send: () => Promise<Response>): Promise<void> {
    const startedAt = performance.now();
    const outcome = await outcomeOf(send);
    const tally = this.tally.get(route) ?? { answers: new Map(), longestMs: 0 };
    this.tally.set(route, tally);
    tally.answers.set(outcome, (tally.answers.get(outcome) ?? 0) + 1);
    tally.longestMs = Math.max(tally.longestMs, performance.now() - startedAt);
  }
}

/** The status, once the whole answer is there. */
async function outcomeOf(send: () => Promise<Response>): Promise<number | string> {
  try {
    const answer = await send();
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: NodeJS.ErrnoException };
    return cause?.code ?? cause?.message ?? name;
  }
}
