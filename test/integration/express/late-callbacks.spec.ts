import { Controller, Get, Res } from '@nestjs/common';
import { SkipDeadline } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { expect, it } from 'vitest';

import { startExpress } from '../../support/express-app.ts';
import { until } from '../../support/until.ts';

let answered = 0;

/** What a handler uses of Express. */
interface ExpressResponse {
  status(code: number): this;
  set(name: string, value: string): this;
  json(body: object): this;
  end(): void;
}

@Controller()
class LateController {
  @Get('callback')
  callback(@Res() response: ExpressResponse): void {
    setTimeout(() => {
      response.status(200).set('x-late', 'yes').json({ tooLate: true });
      response.end();
      answered++;
    }, 100);
  }

  @Get('patient')
  @SkipDeadline()
  patient(): string {
    return 'patient';
  }
}

it('R24 What a callback answers after its deadline is dropped on Express, and throws nothing.', async () => {
  const { fetch } = await startExpress({
    imports: [ContextModule.forRoot({ deadline: { defaultMs: 40 } })],
    controllers: [LateController],
  });
  expect((await fetch('/callback')).status).toBe(504);
  await until('the end of the callback', () => answered === 1);
  expect((await fetch('/patient')).status).toBe(200);
});
