import { REDACTED, type Redactor } from '../logging/redactor.ts';

/** A text without the secrets that can be told from how they stand there. */
export function withoutSecrets(text: string, redactor: Redactor): string {
  return redactor.text(text);
}

/** Arguments of a command without secrets; the value of a flag may be the argument after it. */
export function safeArguments(args: readonly string[], redactor: Redactor): string[] {
  return args.map((arg, at) => {
    const before = args[at - 1] ?? '';
    const isOfSecret = /^--?[\w-]+$/.test(before) && redactor.isSecret(before, arg);
    return isOfSecret ? REDACTED : withoutSecrets(arg, redactor);
  });
}

const SECRET_NAME =
  /pass|pwd|secret|token|key|cred|auth|cookie|session|salt|signature|private|cert|dsn|connection_?string|license/i;

/** Whether the name of a variable says that its value is nobody's business. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Plain data of the configuration without secrets, down to a certain depth. */
export function safeValue(name: string, value: unknown, redactor: Redactor): unknown {
  return redactor.isSecret(name, value) ? REDACTED : redactor.value(value);
}
