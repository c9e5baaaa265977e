import { fstatSync } from 'node:fs';
import { join } from 'node:path';

import { type DestinationStream, type Logger, type LogFn, pino, stdSerializers } from 'pino';

import { processClock } from '../common/clock.ts';
import { processLifecycle } from '../common/lifecycle.ts';
import { storage } from '../context/storage.ts';
import { Levels } from './levels.ts';
import { LineWriter } from './line-writer.ts';
import type { ResolvedLoggingOptions } from './logging.options.ts';
import { PipeLock } from './pipe-lock.ts';
import { RecentErrors } from './recent-errors.ts';
import { RecentRecords } from './recent-records.ts';
import { Redactor } from './redactor.ts';

/** The logger of the process with what belongs to it. */
export interface RootLogger {
  readonly options: ResolvedLoggingOptions;
  readonly logger: Logger;
  readonly levels: Levels;
  readonly records: RecentRecords;
  readonly errors: RecentErrors;
  /** Writes a line that is ready: one of a thread. */
  readonly writeLine: (line: string) => void;
  /** How an error is written. */
  readonly writeError: (error: Error) => unknown;
}

/** Where the name of a logger stands in its records; nestjs-pino puts it there. */
interface Fields {
  context?: unknown;
  err?: unknown;
}

const ERROR_LEVEL = 50;

const STDOUT = 1;

/** Makes the logger of the process. Lines go to `destination`, and never through the primary. */
export function createRootLogger(
  options: ResolvedLoggingOptions,
  destination: DestinationStream,
): RootLogger {
  const levels = new Levels(options.level, processClock);
  const redactor = new Redactor({ fields: options.redact });
  const records = new RecentRecords();
  const errors = new RecentErrors((text) => redactor.text(text));
  const stream: DestinationStream = {
    write(line) {
      records.push(line);
      destination.write(line);
    },
  };
  const { worker } = processLifecycle().identity;
  const writeError = (error: Error): unknown => cleanError(error, redactor);
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid, worker, ...options.base },
      mixin: requestFields,
      formatters: { log: (record) => redactor.record(record) },
      serializers: { err: writeError },
      hooks: {
        logMethod(args, method, level) {
          const [first] = args as unknown[];
          if (!levels.allows(level, contextOf(first))) return;
          const error = level >= ERROR_LEVEL ? errorOf(first) : undefined;
          if (error !== undefined) {
            errors.push(error, { now: Date.now(), requestId: storage.getStore()?.id });
          }
          method.apply(this, cleanTexts(args, redactor) as Parameters<LogFn>);
        },
      },
    },
    stream,
  );
  const write = { writeLine: (line: string): void => stream.write(line), writeError };
  return (root = { options, logger, levels, records, errors, ...write });
}

let root: RootLogger | undefined;

/** The logger that was made last; undefined: there is none in this process. */
export function presentRootLogger(): RootLogger | undefined {
  return root;
}

let output: LineWriter | undefined;

/** Standard output, one for the process; where several processes share a pipe, they take turns. */
export function standardOutput(): LineWriter {
  return (output ??= new LineWriter({ fd: STDOUT, lock: lockOfOutput() }));
}

/** Lines that standard output had no room for, since the start. */
export function droppedLines(): number {
  return output?.dropped ?? 0;
}

function lockOfOutput(): PipeLock | undefined {
  const { identity, directory } = processLifecycle();
  if (identity.mode !== 'group' || directory === undefined || !isPipe(STDOUT)) return undefined;
  return new PipeLock(join(directory, 'stdout.lock'));
}

/** What each record of a request says of it. */
function requestFields(): object {
  const context = storage.getStore();
  if (context === undefined) return {};
  const trace = context.knownTrace;
  if (trace === undefined) return { requestId: context.id };
  return { requestId: context.id, traceId: trace.traceId, spanId: trace.spanId };
}

function contextOf(fields: unknown): string | undefined {
  const { context } = (fields ?? {}) as Fields;
  return typeof context === 'string' ? context : undefined;
}

function errorOf(fields: unknown): Error | undefined {
  if (fields instanceof Error) return fields;
  const { err } = (fields ?? {}) as Fields;
  return err instanceof Error ? err : undefined;
}

/** Texts are cleaned here; fields are when the record is put together. */
function cleanTexts(args: readonly unknown[], redactor: Redactor): unknown[] {
  const [fields, message] = args;
  // Without a message pino takes the error's own, as it is.
  const error = message === undefined ? errorOf(fields) : undefined;
  if (error !== undefined) return [fields, redactor.text(error.message)];
  return args.map((arg) => (typeof arg === 'string' ? redactor.text(arg) : arg));
}

function cleanError(error: unknown, redactor: Redactor): unknown {
  return error instanceof Error ? redactor.record({ ...stdSerializers.err(error) }) : error;
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
