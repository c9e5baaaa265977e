/** What the primary has to say; it loads no logging library. */
export type PrimaryLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, string | number | null>,
) => void;

/** Pino's numbers, so that the lines sort with those of the workers. */
const LEVELS = { info: 30, warn: 40, error: 50 } as const;

/** One line per record on stderr: plain words on a terminal, JSON elsewhere. */
export function stderrLog(stream: NodeJS.WriteStream): PrimaryLog {
  return (level, message, fields = {}) => {
    stream.write(stream.isTTY ? plain(level, message, fields) : json(level, message, fields));
  };
}

function plain(level: string, message: string, fields: object): string {
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
  return `buttress ${level === 'info' ? '' : `${level}: `}${message}${rest.join('')}\n`;
}

function json(level: keyof typeof LEVELS, message: string, fields: object): string {
  const record = { level: LEVELS[level], time: Date.now(), pid: process.pid, name: 'buttress' };
  return `${JSON.stringify({ ...record, ...fields, msg: message })}\n`;
}
