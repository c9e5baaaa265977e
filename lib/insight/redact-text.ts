import { REDACTED, type Redactor } from '../logging/redactor.ts';

/** Removes the secrets that are recognizable in a text. */
export function withoutSecrets(text: string, redactor: Redactor): string {
  return redactor.text(text);
}

/** Removes secrets from command-line arguments; a secret may also follow its flag. */
export function safeArguments(args: readonly string[], redactor: Redactor): string[] {
  return args.map((arg, at) => {
    const before = args[at - 1] ?? '';
    const isOfSecret = /^--?[\w-]+$/.test(before) && redactor.isSecret(before, arg);
    return isOfSecret ? REDACTED : withoutSecrets(arg, redactor);
  });
}

const SECRET_NAME =
  /pass|pwd|secret|token|key|cred|auth|cookie|session|salt|signature|private|cert|dsn|connection_?string|license/i;

/** Whether the name of a variable suggests a secret value. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Configuration value as plain data without secrets, down to a limited depth. */
export function safeValue(name: string, value: unknown, redactor: Redactor): unknown {
  return redactor.isSecret(name, value) ? REDACTED : redactor.value(value);
}
