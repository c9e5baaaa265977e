import { ButtressError } from './buttress.error.ts';
import { asWrongUse } from './wrong-use.ts';

/** A module of ours is imported twice, or without its `forRoot()`. */
export class ModuleUseError extends ButtressError {
  constructor(message: string) {
    super('ERR_BUTTRESS_MODULE', message);
    asWrongUse(this);
  }
}

/** Decorators stand where they can't do what they say. */
export class DecoratorUseError extends ButtressError {
  constructor(problems: readonly string[]) {
    super('ERR_BUTTRESS_DECORATOR', problems.join('; '));
    asWrongUse(this);
  }
}
