import { ButtressError } from '../errors/buttress.error.ts';
import { asWrongUse } from '../errors/wrong-use.ts';

/** One of our modules is imported twice, or without its `forRoot()`. */
export class ModuleUseError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_MODULE', message);
    asWrongUse(this);
  }
}

/** Decorators are used where they have no effect. */
export class DecoratorUseError extends ButtressError {
  constructor(problems: readonly string[]) {
    super('ERR_BUTTRESS_DECORATOR', problems.join('; '));
    asWrongUse(this);
  }
}
