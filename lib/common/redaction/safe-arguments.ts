import { REDACTED, type Redactor } from './redactor.ts';

/** Redacts command-line arguments; a secret may also follow its flag. */
export function safeArguments(args: readonly string[], redactor: Redactor): string[] {
  return args.map((arg, at) => {
    const before = args[at - 1] ?? '';
    const isOfSecret = /^--?[\w-]+$/.test(before) && redactor.isSecret(before, arg);
    return isOfSecret ? REDACTED : redactor.text(arg);
  });
}
