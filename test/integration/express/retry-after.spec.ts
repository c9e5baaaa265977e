import { Controller, Get } from '@nestjs/common';
import { ContextAbortError } from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { expect, it } from 'vitest';

import { startExpress } from '../../support/express-app.ts';

@Controller()
class EndingController {
  @Get('ending')
  ending(): never {
    throw new ContextAbortError('shutdown');
  }
}

it('R23 An error that gives a time to retry says so on Express, too.', async () => {
  const { fetch } = await startExpress({
    imports: [ContextModule.forRoot()],
    controllers: [EndingController],
  });
  const { status, headers } = await fetch('/ending');
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toMatch(/^[123]$/);
});
