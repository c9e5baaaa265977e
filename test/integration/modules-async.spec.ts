import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import {
  AdmissionModule,
  type AsyncOptions,
  ConnectionsModule,
  ContextModule,
  type ContextModuleOptions,
  CurrentContext,
  LoggingModule,
  MetaModule,
  type OptionsFactory,
  type RequestContext,
  StatsModule,
  ThreadsModule,
} from 'nestjs-buttress';
import { beforeEach, describe, expect, it } from 'vitest';

import { startApp } from '../support/nest-app.ts';

/** Settings that arrive after a while, as those of a file or a vault do. */
@Injectable()
class ConfigService {
  static made = 0;

  constructor() {
    ConfigService.made += 1;
  }

  async number(name: 'deadline' | 'interval'): Promise<number> {
    await Promise.resolve();
    return { deadline: 7_000, interval: 500 }[name];
  }
}

@Module({ providers: [ConfigService], exports: [ConfigService] })
class ConfigModule {}

@Injectable()
class ContextSettings implements OptionsFactory<ContextModuleOptions> {
  readonly #config: ConfigService;

  constructor(@Inject(ConfigService) config: ConfigService) {
    this.#config = config;
  }

  async createOptions(): Promise<ContextModuleOptions> {
    return { deadline: { defaultMs: await this.#config.number('deadline') } };
  }
}

@Module({
  imports: [ConfigModule],
  providers: [ContextSettings, { provide: 'SETTINGS', useExisting: ContextSettings }],
  exports: [ContextSettings, 'SETTINGS'],
})
class SettingsModule {}

@Controller()
class WhoController {
  @Get('who')
  who(@CurrentContext() { deadline, startedAt }: RequestContext): object {
    return { allowedMs: Math.round(deadline - startedAt) };
  }
}

const MODULES = {
  ContextModule,
  AdmissionModule,
  StatsModule,
  LoggingModule,
  ThreadsModule,
  ConnectionsModule,
  MetaModule,
} as const;

const ALL = Object.entries(MODULES).map(([name, module]) => {
  const forRootAsync = (options: unknown) => module.forRootAsync(options as never);
  return [name, forRootAsync] as const;
});

beforeEach(() => {
  ConfigService.made = 0;
});

describe('R43 ContextModule.forRootAsync', () => {
  it.each<[string, AsyncOptions<ContextModuleOptions>]>([
    [
      'a function',
      {
        imports: [ConfigModule],
        inject: [ConfigService],
        useFactory: async (config: ConfigService) => ({
          deadline: { defaultMs: await config.number('deadline') },
        }),
      },
    ],
    ['a class', { imports: [ConfigModule], useClass: ContextSettings }],
    ['an existing provider', { imports: [SettingsModule], useExisting: ContextSettings }],
    ['a token', { imports: [SettingsModule], useExisting: 'SETTINGS' }],
  ])('takes its options from %s.', async (_from, options) => {
    const imports = [ContextModule.forRootAsync(options)];
    const app = await startApp({ imports, controllers: [WhoController] });
    expect(await (await app.fetch('/who')).json()).toEqual({ allowedMs: 7_000 });
    expect(ConfigService.made).toBe(1);
  });
});

describe('R43 MetaModule.forRootAsync', () => {
  it('gives its options to the pages and to what they show.', async () => {
    const app = await startApp({
      imports: [MetaModule.forRootAsync({ useFactory: async () => ({ probes: true }) })],
    });
    expect((await app.fetch('/livez')).status).toBe(200);
    const wrong = MetaModule.forRootAsync({ useFactory: () => ({ env: { shw: [] } }) as never });
    await expect(startApp({ imports: [wrong] })).rejects.toThrow('meta.env.shw is not an option');
  });
});

describe('R43 The types of forRootAsync', () => {
  it('refuse two ways, and a class for other options.', () => {
    expect(() =>
      // @ts-expect-error -- one of both
      ContextModule.forRootAsync({ useFactory: () => ({}), useClass: ContextSettings }),
    ).toThrow(TypeError);
    // @ts-expect-error -- it makes other options
    StatsModule.forRootAsync({ useClass: ContextSettings });
  });
});

describe.each(ALL)('R43 %s.forRootAsync', (name, forRootAsync) => {
  it('fails the start with the error of its factory.', async () => {
    const error = new Error('the vault is sealed');
    const useFactory = () => Promise.reject(error);
    await expect(startApp({ imports: [forRootAsync({ useFactory })] })).rejects.toBe(error);
    class Sealed {
      createOptions(): never {
        throw error;
      }
    }
    await expect(startApp({ imports: [forRootAsync({ useClass: Sealed })] })).rejects.toBe(error);
  });

  it.each([
    ['no way to make options', {}, 'Received none.'],
    [
      'two ways',
      { useFactory: () => ({}), useClass: ContextSettings },
      'takes exactly one of useFactory, useClass and useExisting. Received useFactory and useClass',
    ],
    ['inject beside a class', { inject: [], useClass: ContextSettings }, 'inject goes with'],
    ['no function', { useFactory: {} }, 'useFactory must be a function'],
    ['no class', { useClass: {} }, 'useClass must be a class'],
    ['no token', { useExisting: {} }, 'useExisting must be the token of a provider'],
    ['unknown keys', { useValue: {} }, 'useValue is not an option. Known: imports, inject,'],
    ['nothing', undefined, 'must be an object'],
  ])('refuses %s.', (_what, options, message) => {
    expect(() => forRootAsync(options)).toThrow(message);
    expect(() => forRootAsync(options)).toThrow(`${name}.forRootAsync`);
  });

  it('refuses a factory that returns nothing, and a provider without createOptions().', async () => {
    const nothing = startApp({ imports: [forRootAsync({ useFactory: () => undefined })] });
    await expect(nothing).rejects.toThrow(
      `What the factory of ${name}.forRootAsync returns must be an object. Received undefined.`,
    );
    const other = startApp({ imports: [forRootAsync({ useClass: WhoController })] });
    await expect(other).rejects.toThrow(
      `The provider that ${name}.forRootAsync names has no method createOptions().`,
    );
  });

  it('refuses unknown options from the factory.', async () => {
    const options = { useFactory: () => ({ unheardOf: 1 }) };
    const start = startApp({ imports: [forRootAsync(options)] });
    await expect(start).rejects.toThrow(/\.unheardOf is not an option\. Known: /);
  });
});
