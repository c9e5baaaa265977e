import { Controller, Get } from '@nestjs/common';

/** Smallest service: what it needs beyond Nest is what surrounds it. */
@Controller()
export class HelloController {
  @Get('hello')
  hello(): object {
    return { hello: 'world' };
  }
}
