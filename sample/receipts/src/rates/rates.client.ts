import { BadRequestException, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ConnectionManager, Timed } from 'nestjs-buttress';
import { serviceDispatcher } from 'nestjs-buttress/clients/undici';
import { type Dispatcher, request } from 'undici';

/** What to multiply an amount by. */
export interface Rate {
  from: string;
  to: string;
  rate: number;
  /** The port of who answered: which tier it was. */
  by: number;
}

/** Asks the service `rates`, wherever it is now: addresses and fallback are in the settings. */
@Injectable()
export class RatesClient implements OnApplicationShutdown {
  readonly #dispatcher: Dispatcher;

  constructor(connections: ConnectionManager) {
    this.#dispatcher = serviceDispatcher(connections);
  }

  /** @throws BadRequestException when there is no such rate */
  @Timed('rates.find', { help: 'Time to find a rate' })
  async find(from: string, to: string): Promise<Rate> {
    const path = `${encodeURIComponent(from)}/${encodeURIComponent(to)}`;
    const { statusCode, body } = await request(`http://rates/${path}`, {
      dispatcher: this.#dispatcher,
    });
    if (statusCode === 200) return (await body.json()) as Rate;
    await body.dump();
    throw new BadRequestException(`There is no rate from ${from} to ${to}`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#dispatcher.close();
  }
}
