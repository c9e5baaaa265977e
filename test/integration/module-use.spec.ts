import {
  type CanActivate,
  Controller,
  Get,
  Injectable,
  type LoggerService,
  Module,
  type ModuleMetadata,
  UseGuards,
} from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Admission,
  autoOffload,
  ButtressModule,
  ClusteredFastifyAdapter,
  Counted,
  CpuBound,
  LivenessCheck,
  MetaPage,
  SkipDeadline,
  Priority,
  ReadinessCheck,
  Timed,
  UseContext,
} from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';
import { type MetaFacts, MetaModule } from 'nestjs-buttress/meta';
import { StatsModule } from 'nestjs-buttress/stats';
import { describe, expect, it, onTestFinished } from 'vitest';

import { processLifecycle } from '../../lib/common/process/lifecycle.ts';

/** What an application warned of at its start. */
async function warningsOf(metadata: ModuleMetadata): Promise<string[]> {
  const warnings: string[] = [];
  const logger: LoggerService = {
    log: () => undefined,
    error: () => undefined,
    warn: (message: unknown) => void warnings.push(String(message)),
  };
  const module = await Test.createTestingModule(metadata).setLogger(logger).compile();
  const app = module.createNestApplication(new ClusteredFastifyAdapter(), { logger });
  app.useWebSocketAdapter(new WsAdapter(app));
  onTestFinished(() => app.close());
  await app.init();
  return warnings;
}

const quiet = { logging: false, meta: false, threads: false } as const;

@Module({ imports: [ButtressModule.forRoot(quiet)] })
class OrdersModule {}

@Module({ imports: [ButtressModule.forRoot({ ...quiet, stats: false }), OrdersModule] })
class TwiceModule {}

@Injectable()
class RenderService {
  @CpuBound()
  async render(): Promise<string> {
    return 'rendered';
  }

  @ReadinessCheck()
  isReady(): boolean {
    return true;
  }

  @LivenessCheck()
  isWell(): boolean {
    return true;
  }

  @Timed()
  @Counted()
  measured(): void {}
}

@Controller()
class RenderController {
  @Get()
  @CpuBound()
  async render(): Promise<string> {
    return 'rendered';
  }
}

@Injectable()
class HashGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }

  @CpuBound()
  async hash(): Promise<number> {
    return 1;
  }
}

@Controller('guarded')
@UseGuards(HashGuard)
class GuardedController {
  @Get()
  get(): string {
    return 'guarded';
  }
}

@Controller()
class PageController {
  @MetaPage({ path: 'page', title: 'Page' })
  page(): MetaFacts {
    return { kind: 'facts', values: {} };
  }
}

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('say')
  @SkipDeadline()
  say(): void {}
}

@Controller()
@Priority('critical')
class TotalsController {
  @MessagePattern('totals')
  @UseContext()
  totals(): number {
    return 1;
  }
}

/** As a resolver of GraphQL is: a provider, whose methods are no routes. */
@Injectable()
class ReceiptsResolver {
  @Admission({ limit: 5 })
  receipts(): string[] {
    return [];
  }
}

@Controller()
class MixedController {
  @Get('mixed')
  @MessagePattern('mixed')
  @SkipDeadline()
  mixed(): void {}
}

describe('R26 Modules', () => {
  it('that are imported twice are refused by name.', async () => {
    await expect(warningsOf({ imports: [TwiceModule] })).rejects.toThrow(
      /^ButtressModule is imported 2 times, by (TwiceModule and OrdersModule|OrdersModule and TwiceModule): import it once, in the root module/,
    );
    await expect(
      warningsOf({ imports: [ButtressModule.forRoot(quiet), StatsModule.forRoot()] }),
    ).rejects.toMatchObject({ code: 'ERR_BUTTRESS_MODULE' });
  });

  it('without forRoot() are refused.', async () => {
    await expect(warningsOf({ imports: [ButtressModule] })).rejects.toThrow(
      'import ButtressModule.forRoot() in the root module',
    );
  });

  it('refuse names of fields to hide that are none.', () => {
    expect(() => ButtressModule.forRoot({ redact: 'taxId' as never })).toThrow(
      'redact must be a list of names',
    );
    expect(() => ButtressModule.forRoot({ redact: [1] as never })).toThrow(
      'redact[0] must be a string',
    );
  });

  it('warn of a listener of pages in a Group, where it does nothing, in one worker.', async () => {
    const { identity } = processLifecycle();
    onTestFinished(() => processLifecycle().identify(identity));
    const imports = [MetaModule.forRoot({ listener: { port: 0 } })];
    const own = { mode: 'group', worker: 3, workers: 2 } as const;
    processLifecycle().identify({ ...own, slot: 0 });
    expect(await warningsOf({ imports })).toEqual([
      'meta.listener does nothing in a Group: give its options as `meta` of the Group instead',
    ]);
    processLifecycle().identify({ ...own, slot: 1 });
    expect(await warningsOf({ imports })).toEqual([]);
  });

  it('refuse options that are not known, and name those that are.', () => {
    expect(() => ButtressModule.forRoot({ treads: {} } as never)).toThrow(
      'ButtressModule.forRoot.treads is not an option. Known: context, admission, stats, logging, threads, connections, meta, redact.',
    );
  });
});

describe('R26 Decorators', () => {
  it('refuse options that are not known.', () => {
    expect(() => CpuBound({ timeout: 5 } as never)).toThrow('@CpuBound.timeout is not an option');
    expect(() => UseContext({ deadline: 5 } as never)).toThrow('@UseContext.deadline is not');
    expect(() => Admission({ max: 5 } as never)).toThrow('@Admission.max is not an option');
    expect(() => LivenessCheck({ title: 'x' } as never)).toThrow('LivenessCheck.title is not');
    expect(() => MetaPage({ path: 'a', title: 'A', pth: 1 } as never)).toThrow('@MetaPage.pth is');
    expect(() => autoOffload({ budget: 1 } as never)).toThrow('autoOffload.budget is not');
  });

  it.each([
    [{ path: 'A b', title: 'A' }, '@MetaPage.path must be lower-case letters, digits and dashes'],
    [{ path: 'a' }, '@MetaPage.title must be a string that is not empty. Received undefined.'],
    [{ path: 'a', title: 'A', access: 'none' }, "@MetaPage.access must be one of 'read'"],
    [{ path: 'a', title: 'A', merge: 'yes' }, '@MetaPage.merge must be true or false'],
    [{ path: 'a', title: 'A', about: 5 }, '@MetaPage.about must be a string'],
  ])('refuse the options %j of a page.', (options, message) => {
    expect(() => MetaPage(options as never)).toThrow(message);
  });

  it('that work on providers alone are refused on controllers.', async () => {
    const imports = [ButtressModule.forRoot(quiet)];
    await expect(warningsOf({ imports, controllers: [RenderController] })).rejects.toThrow(
      /^@CpuBound on RenderController.render does nothing/,
    );
    await expect(warningsOf({ imports, controllers: [PageController] })).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_DECORATOR',
      message: expect.stringContaining('@MetaPage on PageController.page') as string,
    });
  });

  it('R26 that work on providers alone are refused on guards that are none, and on static methods.', async () => {
    const imports = [ButtressModule.forRoot(quiet)];
    await expect(warningsOf({ imports, controllers: [GuardedController] })).rejects.toThrow(
      /^@CpuBound on HashGuard.hash does nothing: it is for methods of providers/,
    );
    const asProvider = { imports, controllers: [GuardedController], providers: [HashGuard] };
    const warnings = await warningsOf(asProvider);
    expect(warnings.filter((line) => line.includes('methods of providers'))).toEqual([]);
    const decorate = CpuBound() as (...args: unknown[]) => void;
    const descriptor = { value: async () => 1 };
    expect(() => decorate(HashGuard, 'work', descriptor)).toThrow('HashGuard.work is static');
  });

  it('whose module is not imported are named at the start.', async () => {
    const warnings = await warningsOf({
      imports: [ContextModule.forRoot()],
      providers: [RenderService],
    });
    expect(warnings).toEqual([
      '@CpuBound on RenderService.render does nothing: ThreadsModule is not imported',
      '@ReadinessCheck on RenderService.isReady does nothing: MetaModule is not imported',
      '@LivenessCheck on RenderService.isWell does nothing: LivenessModule is not imported',
      '@Counted on RenderService.measured is not exported: StatsModule is not imported',
      '@Timed on RenderService.measured is not exported: StatsModule is not imported',
    ]);
  });
});

describe('R36 Decorators of routes', () => {
  const imports = [ContextModule.forRoot(), AdmissionModule.forRoot()];

  it.each([
    ['a gateway', { providers: [ChatGateway] }, '@SkipDeadline on ChatGateway.say'],
    ['message handlers', { controllers: [TotalsController] }, '@Priority on TotalsController'],
    ['a resolver', { providers: [ReceiptsResolver] }, '@Admission on ReceiptsResolver.receipts'],
  ])('are refused on %s, with class and method.', async (_where, metadata, name) => {
    await expect(warningsOf({ imports, ...metadata })).rejects.toThrow(
      `${name} does nothing: it is for HTTP routes`,
    );
  });

  it('work on a route that takes messages, too.', async () => {
    expect(await warningsOf({ imports, controllers: [MixedController] })).toEqual([]);
  });
});
