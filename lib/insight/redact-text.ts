import { REDACTED, type Redactor } from '../logging/redactor.ts';

/** `scheme://user:password@host`, wherever it stands in a text. */
const CREDENTIALS = /([a-z][a-z\d+.-]*:\/\/)[^\s/@:]*(?::[^\s/@]*)?@/gi;

/** `--db-password=...`, `apiKey: ...`, `token=...` */
const ASSIGNED =
  /((?:^|[\s?&;,-])[\w-]*(?:password|passwd|pwd|secret|token|api-?_?key|credential)[\w-]*\s*[=:]\s*)[^\s&;,]+/gi;

/** A text without the secrets that can be told from how they stand there. */
export function withoutSecrets(text: string, redactor: Redactor): string {
  return redactor
    .text(text)
    .replaceAll(CREDENTIALS, `$1${REDACTED}@`)
    .replaceAll(ASSIGNED, `$1${REDACTED}`);
}

const SECRET_FLAG = /^--?[\w-]*(?:password|passwd|pwd|secret|token|api-?key|credential)[\w-]*$/i;

/** Arguments of a command without secrets; the value of a flag may be the argument after it. */
export function safeArguments(args: readonly string[], redactor: Redactor): string[] {
  return args.map((arg, at) => {
    const before = args[at - 1] ?? '';
    return SECRET_FLAG.test(before) ? REDACTED : withoutSecrets(arg, redactor);
  });
}

const SECRET_NAME =
  /pass|pwd|secret|token|key|cred|auth|cookie|session|salt|signature|private|cert|dsn|connection_?string|license/i;

/** Whether the name of a variable says that its value is nobody's business. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

const SECRET_OPTION =
  /password|passwd|passphrase|pwd|secret|token|api[-_]?key|private[-_]?key|credential/i;

/** Plain data of the configuration without secrets, down to a certain depth. */
export function safeValue(name: string, value: unknown, redactor: Redactor): unknown {
  if (value === undefined || value === null) return value;
  if (SECRET_OPTION.test(name) && typeof value === 'string') return REDACTED;
  if (typeof value === 'string') return withoutSecrets(value, redactor);
  const { value: cleaned } = redactor.record({ value });
  return mapTexts(cleaned, redactor, 0);
}

const MAX_DEPTH = 8;

function mapTexts(value: unknown, redactor: Redactor, depth: number): unknown {
  if (typeof value === 'string') return withoutSecrets(value, redactor);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, redactor, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      const isSecret = SECRET_OPTION.test(key) && typeof one === 'string';
      return [key, isSecret ? REDACTED : mapTexts(one, redactor, depth + 1)];
    }),
  );
}
