import { request as httpRequest } from 'node:http';

import { Controller, Get, Inject, Injectable, Logger, Module, Param } from '@nestjs/common';
import type { ModuleMetadata } from '@nestjs/common';
import { ButtressModule, type MetaContent, MetaPage, ReadinessCheck, Stats } from 'nestjs-buttress';
import {
  html,
  MetaModule,
  type MetaModuleOptions,
  type SecondaryListenerOptions,
} from 'nestjs-buttress/meta';

import { type RunningApp, startApp } from './nest-app.ts';

/** Text that must never become markup. */
export const NASTY = `<script>alert(1)</script><img src=x onerror=alert(2)>"'\u0000\u001b[31m\u202e`;

@Injectable()
export class Ledger {
  isWell = true;
  isMirrored = true;

  @MetaPage({ path: 'ledger', title: 'Ledger', about: 'What was booked' })
  ledger(): MetaContent {
    return [
      { kind: 'facts', values: { entries: 3, note: NASTY } },
      {
        kind: 'table',
        title: 'Entries',
        rows: [
          { id: 1, amountBytes: 2048 },
          { id: 2, amountBytes: 1 },
        ],
      },
      html`<p>Made of ${NASTY}</p>`,
    ];
  }

  @MetaPage({ path: 'secrets', title: 'Secrets', access: 'sensitive', merge: true })
  secrets(): MetaContent {
    return { kind: 'facts', values: { vault: 'open' } };
  }

  @ReadinessCheck({ name: 'ledger', cacheMs: 0, timeoutMs: 200 })
  check(): boolean {
    return this.isWell;
  }

  @ReadinessCheck({ name: 'mirror', cacheMs: 0, timeoutMs: 200, counts: false })
  mirror(): string {
    return this.isMirrored ? '' : 'no mirror';
  }
}

@Controller()
class ShopController {
  readonly #log = new Logger('Shop');

  constructor(@Inject(Stats) private readonly stats: Stats) {}

  @Get('orders/:id')
  order(@Param('id') id: string): object {
    this.stats.value('shop.order_size', { unit: 'bytes' }).record(id.length);
    return { id };
  }

  @Get('say/:text')
  say(@Param('text') text: string): object {
    this.#log.log({ said: text }, text);
    return {};
  }

  @Get('fail')
  fail(): never {
    throw new Error(NASTY);
  }
}

@Module({ providers: [Ledger], controllers: [ShopController] })
class ShopModule {}

/** An answer of the pages. */
export interface PageAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One process with pages of its own, until the test ends. */
export interface PagesApp extends RunningApp {
  /** Where its pages are. */
  address: string;
  /** Asks the pages with exactly these headers. */
  ask: (path: string, options?: AskOptions) => Promise<PageAnswer>;
  json: <T>(path: string) => Promise<T>;
}

export async function startPagesApp(
  given: SecondaryListenerOptions = {},
  { imports = [], meta = {} }: ModuleMetadata & { meta?: MetaModuleOptions } = {},
): Promise<PagesApp> {
  const listener = given.path === undefined ? { port: 0, ...given } : given;
  const running = await startApp({
    imports: [
      ButtressModule.forRoot({ logging: { pretty: false }, meta: { ...meta, listener } }),
      ShopModule,
      ...imports,
    ],
  });
  const address = running.app.get(MetaModule).address ?? '';
  const ask = (path: string, options?: AskOptions): Promise<PageAnswer> =>
    askPages(address, path, options);
  const json = async <T>(path: string): Promise<T> => JSON.parse((await ask(path)).body) as T;
  return { ...running, address, ask, json };
}

/** Node's own client: `fetch` does not let tests say who they are. */
export function askPages(
  address: string,
  path: string,
  { method = 'GET', headers = {}, body }: AskOptions = {},
): Promise<PageAnswer> {
  const target = address.startsWith('http')
    ? { host: new URL(address).hostname, port: new URL(address).port }
    : { socketPath: address };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...target, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, headers: got, body: Buffer.concat(chunks).toString() });
      });
      response.once('error', reject);
    });
    request.once('error', reject);
    request.end(body);
  });
}

export const AS_JSON = { 'content-type': 'application/json' };
export const AS_HTML = { accept: 'text/html' };
