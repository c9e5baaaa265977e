import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import {
  type AsyncOptions,
  ButtressModule,
  type ButtressAsyncOptions,
  type ButtressFeatureOptions,
  ConnectionManager,
  LogLevels,
  type OptionsFactory,
  Stats,
} from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { ConnectionsModule } from 'nestjs-buttress/connections';
import { ContextModule, type ContextModuleOptions } from 'nestjs-buttress/context';
import { LoggingModule } from 'nestjs-buttress/logging';
import { MetaModule } from 'nestjs-buttress/meta';
import { StatsModule } from 'nestjs-buttress/stats';
import { ThreadsModule } from 'nestjs-buttress/threads';
import { beforeEach, describe, expect, it } from 'vitest';

import { allowedMs } from '../support/allowed-ms.ts';
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

@Injectable()
class AllSettings implements OptionsFactory<ButtressFeatureOptions> {
  static calls = 0;

  createOptions(): ButtressFeatureOptions {
    AllSettings.calls += 1;
    return {
      context: { deadline: { defaultMs: 6_000 } },
      stats: { runtime: false },
      logging: { level: 'silent' },
      connections: { services: { receipts: { tiers: [['127.0.0.1:9']] } } },
      meta: { probes: true },
    };
  }
}

@Controller()
class WhoController {
  @Get('who')
  who(): object {
    return { allowedMs: allowedMs() };
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
  ButtressModule,
} as const;

const ALL = Object.entries(MODULES).map(([name, module]) => {
  const forRootAsync = (options: unknown) => module.forRootAsync(options as never);
  return [name, forRootAsync] as const;
});

beforeEach(() => {
  ConfigService.made = 0;
  AllSettings.calls = 0;
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
    const wrong = MetaModule.forRootAsync({ useFactory: () => ({ shwEnv: [] }) as never });
    await expect(startApp({ imports: [wrong] })).rejects.toThrow('meta.shwEnv is not an option');
  });
});

describe('R43 ButtressModule.forRootAsync', () => {
  it.each<[string, ButtressAsyncOptions]>([
    ['a class', { useClass: AllSettings }],
    ['a function', { useFactory: () => new AllSettings().createOptions() }],
  ])('feeds all features by one call of %s.', async (_from, options) => {
    const imports = [ButtressModule.forRootAsync(options)];
    const app = await startApp({ imports, controllers: [WhoController] });
    expect(await (await app.fetch('/who')).json()).toEqual({ allowedMs: 6_000 });
    expect((await app.fetch('/livez')).status).toBe(200);
    expect(app.app.get(ConnectionManager, { strict: false }).snapshot().services).toMatchObject([
      { name: 'receipts' },
    ]);
    const { body } = await app.app.get(StatsModule, { strict: false }).metrics();
    expect(body).not.toContain('process_resident_memory_bytes');
    expect(AllSettings.calls).toBe(1);
  });

  it('takes an existing provider, and leaves out what `without` names.', async () => {
    @Module({ providers: [AllSettings], exports: [AllSettings] })
    class AllSettingsModule {}
    const reduced: ButtressAsyncOptions = {
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: async (config: ConfigService) => ({
        stats: { intervalMs: await config.number('interval') },
      }),
      without: ['admission', 'logging', 'threads', 'connections', 'meta'],
    };
    const few = await startApp({ imports: [ButtressModule.forRootAsync(reduced)] });
    expect(few.app.get(Stats, { strict: false })).toBeInstanceOf(Stats);
    for (const left of [AdmissionModule, LoggingModule, ThreadsModule, ConnectionsModule]) {
      expect(() => few.app.get<object>(left, { strict: false })).toThrow(left.name);
    }
    const imports = [
      ButtressModule.forRootAsync({ imports: [AllSettingsModule], useExisting: AllSettings }),
    ];
    const all = await startApp({ imports, controllers: [WhoController] });
    expect(await (await all.fetch('/who')).json()).toEqual({ allowedMs: 6_000 });
  });

  it.each<[string, unknown, readonly string[], string]>([
    [
      'false for a feature',
      { admission: false },
      [],
      "cannot leave admission out: Nest has imported its module by then. Give without: ['admission'] beside the factory",
    ],
    [
      'options of a feature left out',
      { meta: {} },
      ['meta'],
      'ButtressModule.forRootAsync.without leaves meta out, but the factory returns options for it',
    ],
    [
      'an unknown feature',
      { treads: {} },
      [],
      'ButtressModule.forRootAsync.treads is not an option. Known: context, admission,',
    ],
    ['a wrong option', { stats: { intervalMs: 0 } }, [], 'stats.intervalMs must be'],
    ['an unknown option', { logging: { levl: 'info' } }, [], 'logging.levl is not an option'],
    ['null for a feature', { threads: null }, [], 'threads must be an object. Received null'],
  ])('refuses %s from the factory.', async (_what, made, without, message) => {
    const options = { useFactory: () => made, without } as ButtressAsyncOptions;
    const start = startApp({ imports: [ButtressModule.forRootAsync(options)] });
    await expect(start).rejects.toThrow(message);
  });

  it.each([
    [ConnectionManager, 'ConnectionManager'],
    [LogLevels, 'nestjs-buttress.ButtressModule.options'],
  ])('refuses a factory that takes a provider that needs its options: %o.', async (token, name) => {
    const options = { inject: [token], useFactory: () => ({}) };
    const start = startApp({ imports: [ButtressModule.forRootAsync(options)] });
    await expect(start).rejects.toThrow(`circular dependency has been detected inside "${name}"`);
  });

  it('accepts `false` for a feature that `without` names.', async () => {
    const made = { stats: { runtime: false }, logging: false };
    const options = { useFactory: () => made, without: ['logging'] } as never;
    const { app } = await startApp({ imports: [ButtressModule.forRootAsync(options)] });
    expect(() => app.get(LoggingModule, { strict: false })).toThrow('LoggingModule');
  });

  it.each([
    [['contxt'], "ButtressModule.forRootAsync.without[0] must be one of 'admission', "],
    [['meta', 'context'], 'ButtressModule.forRootAsync.without[1] must be one of'],
    ['meta', 'ButtressModule.forRootAsync.without must be a list of features'],
  ])('refuses to leave out %j.', (without, message) => {
    const options = { useFactory: () => ({}), without } as never;
    expect(() => ButtressModule.forRootAsync(options)).toThrow(message);
  });
});

describe('R43 The types of forRootAsync', () => {
  it('refuse two ways, and a factory that leaves a feature out.', () => {
    expect(() =>
      // @ts-expect-error -- one of both
      ContextModule.forRootAsync({ useFactory: () => ({}), useClass: ContextSettings }),
    ).toThrow(TypeError);
    // @ts-expect-error -- `without` does
    ButtressModule.forRootAsync({ useFactory: () => ({ meta: false }) });
    // @ts-expect-error -- it makes other options
    StatsModule.forRootAsync({ useClass: ContextSettings });
    expect(() =>
      // @ts-expect-error -- every request has a context
      ButtressModule.forRootAsync({ useClass: AllSettings, without: ['context'] }),
    ).toThrow(TypeError);
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
