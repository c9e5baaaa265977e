import { isatty } from 'node:tty';

import { tolerateOutputErrors } from '../common/process/output-errors.ts';
import { LineWriter } from '../logging/line-writer.ts';

/** Logs a record of the primary, which loads no logging library. */
export type PrimaryLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, string | number | null>,
) => void;

/** Pino's level numbers, as in the workers' lines. */
const LEVELS = { info: 30, warn: 40, error: 50 } as const;

const STDERR = 2;

/**
 * Writes one line per record to stderr: plain text on a terminal, JSON elsewhere. Drops lines
 * while stderr does not take them; then logs how many.
 */
export function stderrLog(isTerminal = isatty(STDERR)): PrimaryLog {
  tolerateOutputErrors();
  const write = isTerminal ? plain : json;
  const writer: LineWriter = new LineWriter({
    fd: STDERR,
    onTaken: (lines) => writer.write(write('warn', 'lines of the log were dropped', { lines })),
  });
  return (level, message, fields = {}) => writer.write(write(level, message, fields));
}

function plain(level: keyof typeof LEVELS, message: string, fields: object): string {
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
  return `buttress ${level === 'info' ? '' : `${level}: `}${message}${rest.join('')}\n`;
}

function json(level: keyof typeof LEVELS, message: string, fields: object): string {
  const record = { level: LEVELS[level], time: Date.now(), pid: process.pid, name: 'buttress' };
  return `${JSON.stringify({ ...record, ...fields, msg: message })}\n`;
}
