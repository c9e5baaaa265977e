import { Controller, Get, Inject, Param, Sse } from '@nestjs/common';
import { Admission, Context, Priority, SkipDeadline } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { EMPTY } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { settingsOfRoutes } from '../../../lib/context/context.decorator.ts';
import { startApp } from '../../support/nest-app.ts';
import { get } from '../../support/raw-connection.ts';

abstract class Routes {
  constructor(@Inject(Context) private readonly context: Context) {}

  @Get('left/:name')
  left(@Param('name') name: string): string {
    return `${name} of ${this.constructor.name}: ${this.context.remainingMs}`;
  }

  @Sse('events')
  events() {
    return EMPTY;
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
  });

  it('is stronger than one of the class above, and weaker than one of the method', () => {
    expect(settingsOfRoutes(LowRoutes)).toEqual([
      { priority: 'sheddable' },
      { priority: 'critical' },
    ]);
    const high = [
      { priority: 'high', admissionLimit: 3 },
      { priority: 'critical', admissionLimit: 3 },
    ];
    expect(settingsOfRoutes(HighRoutes)).toEqual(high);
    expect(settingsOfRoutes(HigherRoutes)).toEqual(high);
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
