import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpCode,
  Inject,
  Param,
  ParseIntPipe,
  Post,
  Sse,
  UseGuards,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Admission, Context, Priority, SkipDeadline } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { completeRoutes, settingsOfRoutes } from '../../../lib/context/route-settings.ts';
import { startApp } from '../../support/nest-app.ts';
import { get } from '../../support/raw-connection.ts';

class NoStrangers implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ params: { name: string } }>().params.name !== 'eve';
  }
}

abstract class Routes {
  constructor(@Inject(Context) private readonly context: Context) {}

  @Get('left/:name')
  @UseGuards(NoStrangers)
  left(@Param('name') name: string): string {
    return `${name} of ${this.constructor.name}: ${this.context.remainingMs}`;
  }

  @Post('sum')
  @HttpCode(202)
  sum(@Body('a', ParseIntPipe) a: number, @Body('b', ParseIntPipe) b: number): string {
    return String(a + b);
  }

  @Sse('events')
  events() {
    return of({ data: String(this.context.remainingMs) });
  }
}

@Controller('patient')
@SkipDeadline()
class PatientController extends Routes {}

@Controller('hasty')
class HastyController extends Routes {}

@Priority('sheddable')
class LowRoutes {
  @Get('one')
  one(): void {}

  @Get('two')
  @Priority('critical')
  two(): void {}

  plain(): void {}
}

@Priority('high')
@Admission({ limit: 3 })
class HighRoutes extends LowRoutes {
  override plain(): void {}
}

class HigherRoutes extends HighRoutes {
  @Get('three')
  three(): void {}
}

/** As `applyDecorators` stacks them. */
@Priority('sheddable')
@Priority('high')
class TwiceRoutes extends LowRoutes {}

function prioritiesOf(controller: object): unknown[] {
  return settingsOfRoutes(controller).map((settings) => {
    return (settings as { priority?: unknown }).priority;
  });
}

describe('R36 A decorator on a class that inherits its routes', () => {
  it('reaches them, and not those of other classes', async () => {
    const app = await startApp({
      imports: [ContextModule.forRoot({ deadline: { defaultMs: 60_000 } })],
      controllers: [PatientController, HastyController],
    });
    expect((await get(app.port, '/patient/left/ada')).body).toBe(
      'ada of PatientController: Infinity',
    );
    expect((await get(app.port, '/hasty/left/ada')).body).toMatch(
      /^ada of HastyController: [1-5]\d{4}/,
    );
    for (const controller of ['patient', 'hasty']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const events = await fetch(`http://127.0.0.1:${app.port}/${controller}/events`);
      // oxlint-disable-next-line no-await-in-loop -- likewise
      expect(await events.text()).toContain('data: Infinity');
    }
  });

  it('leaves guards, pipes and parameters of the class above in force', async () => {
    const app = await startApp({
      imports: [ContextModule.forRoot()],
      controllers: [PatientController],
    });
    expect((await get(app.port, '/patient/left/eve')).status).toBe(403);
    const post = async (body: object): Promise<[number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${app.port}/patient/sum`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return [answer.status, await answer.text()];
    };
    expect(await post({ a: '1', b: '2' })).toEqual([202, '3']);
    expect((await post({ a: '1', b: 'two' }))[0]).toBe(400);
  });

  it('is stronger than one of the class above, and weaker than one of the method', () => {
    expect(prioritiesOf(LowRoutes)).toEqual(['sheddable', 'critical']);
    for (const controller of [HighRoutes, HigherRoutes]) {
      expect(settingsOfRoutes(controller)).toEqual([
        { priority: 'high', admissionLimit: 3 },
        { priority: 'critical', admissionLimit: 3 },
      ]);
    }
  });

  it('is stronger than one further from the class', () => {
    expect(prioritiesOf(TwiceRoutes)).toEqual(['high', 'critical']);
  });

  it('leaves inherited event streams without a deadline, which no decorator asks for', () => {
    abstract class Streams {
      @Sse('events')
      events() {
        return of();
      }
    }
    class Inheriting extends Streams {}
    completeRoutes(Inheriting);
    expect(settingsOfRoutes(Inheriting)).toEqual([
      { skipDeadline: true, skipAdmissionLimit: true },
    ]);
  });

  it('R36 is not lost to a @RouteConfig above it, which replaces all configuration', () => {
    @Priority('high')
    class Configured {
      @RouteConfig({ own: true })
      @SkipDeadline()
      @Get()
      list() {
        return [];
      }
    }
    completeRoutes(Configured);
    completeRoutes(Configured);
    expect(settingsOfRoutes(Configured)).toEqual([{ priority: 'high', skipDeadline: true }]);
  });

  it('leaves the method itself to what replaces it later', () => {
    class Base {
      @Get()
      list(): string {
        return 'real';
      }
    }
    @Priority('sheddable')
    class Derived extends Base {}
    Base.prototype.list = () => 'mocked';
    expect(new Derived().list()).toBe('mocked');
  });
});
