import {
  Controller,
  Get,
  Inject,
  Injectable,
  type MessageEvent,
  Param,
  Post,
  Sse,
} from '@nestjs/common';
import { Admission, Context, SkipAdmissionLimit, Priority } from 'nestjs-buttress';
import { AdmissionModule, type AdmissionModuleOptions } from 'nestjs-buttress/admission';
import { ContextModule, type ContextModuleOptions } from 'nestjs-buttress/context';
import { NEVER, type Observable } from 'rxjs';

import type { AdmissionReport } from '../../../lib/admission/admission-control.ts';
import { processReports } from '../../../lib/reports/process-reports.ts';
import { PATIENT_ADMISSION } from '../../fixtures/patient-admission.ts';
import { type RunningApp, startApp, type StartAppOptions } from '../../support/nest-app.ts';
import { until } from '../../support/until.ts';

/** Handlers that wait until a test lets them go, in the order in which they began. */
@Injectable()
export class Held {
  readonly begun: string[] = [];
  readonly #held: (() => void)[] = [];

  /** Begins, and ends when the test says so. */
  hold(name: string): Promise<void> {
    this.begun.push(name);
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Lets the one go that began first. */
  release(): void {
    this.#held.shift()?.();
  }

  releaseAll(): void {
    for (const go of this.#held.splice(0)) go();
  }
}

/** Routes with one place each, but for those that say otherwise. */
@Controller()
class LabController {
  constructor(
    @Inject(Held) private readonly held: Held,
    @Inject(Context) private readonly context: Context,
  ) {}

  @Get('narrow/:name')
  @Admission({ limit: 1 })
  async narrow(@Param('name') name: string): Promise<object> {
    await this.held.hold(name);
    return { name, id: this.context.id };
  }

  @Get('important/:name')
  @Admission({ group: 'shared', limit: 1 })
  @Priority('critical')
  async important(@Param('name') name: string): Promise<object> {
    await this.held.hold(name);
    return { name };
  }

  @Get('ordinary/:name')
  @Admission({ group: 'shared' })
  async ordinary(@Param('name') name: string): Promise<object> {
    await this.held.hold(name);
    return { name };
  }

  @Get('stream')
  @SkipAdmissionLimit()
  @Admission({ limit: 1 })
  async stream(): Promise<string> {
    await this.held.hold('stream');
    return 'over';
  }

  @Sse('events')
  @Admission({ limit: 1 })
  events(): Observable<MessageEvent> {
    return NEVER;
  }

  @Post('upload')
  @Admission({ limit: 1 })
  async upload(): Promise<string> {
    await this.held.hold('upload');
    return 'taken';
  }

  @Get('readyz')
  async ready(): Promise<string> {
    await this.held.hold('readyz');
    return 'ready';
  }
}

export interface Lab extends RunningApp {
  held: Held;
  report: () => AdmissionReport;
  /** The group of that name. */
  group: (name: string) => AdmissionReport['groups'][number] | undefined;
  /** Waits until so many requests wait in a group. */
  untilWaiting: (name: string, count: number) => Promise<unknown>;
  /** Waits until handlers have begun, so many in all. */
  untilBegun: (count: number) => Promise<unknown>;
}

export interface LabSetup extends StartAppOptions {
  admission?: AdmissionModuleOptions;
  context?: ContextModuleOptions;
  providers?: NonNullable<Parameters<typeof startApp>[0]['providers']>;
  controllers?: NonNullable<Parameters<typeof startApp>[0]['controllers']>;
}

function report(): AdmissionReport {
  return processReports().read('admission') as AdmissionReport;
}

export async function startLab(setup: LabSetup = {}): Promise<Lab> {
  const { admission, context, providers = [], controllers = [], ...options } = setup;
  const running = await startApp(
    {
      imports: [
        ContextModule.forRoot(context),
        AdmissionModule.forRoot({ ...PATIENT_ADMISSION, ...admission }),
      ],
      controllers: [LabController, ...controllers],
      providers: [Held, ...providers],
    },
    options,
  );
  const group: Lab['group'] = (name) => report().groups.find((one) => one.name === name);
  const held = running.app.get(Held);
  return {
    ...running,
    held,
    report,
    group,
    untilWaiting: (name, count) =>
      until(`${count} waiting in ${name}`, () => group(name)?.waiting === count),
    untilBegun: (count) => until(`${count} begun`, () => held.begun.length === count),
  };
}
