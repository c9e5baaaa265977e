import { fstatSync } from 'node:fs';
import { join } from 'node:path';

import {
  type DestinationStream,
  type Logger,
  type LogFn,
  type LoggerOptions,
  pino,
  stdSerializers,
  symbols,
} from 'pino';

import { processClock } from '../common/clock.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { Redactor } from '../common/redaction/redactor.ts';
import { storage } from '../context/storage.ts';
import { Levels } from './levels.ts';
import { LineWriter } from './line-writer.ts';
import type { ResolvedLoggingOptions } from './logging.options.ts';
import { PipeLock } from './pipe-lock.ts';
import { RecentErrors } from './recent-errors.ts';
import { RecentRecords } from './recent-records.ts';
import { SharedLevels } from './shared-levels.ts';

/** The process's logger and its parts. */
export interface RootLogger {
  readonly options: ResolvedLoggingOptions;
  readonly logger: Logger;
  readonly levels: Levels;
  /** Run-time levels, readable by this process's threads. */
  readonly sharedLevels: SharedLevels;
  readonly records: RecentRecords;
  readonly errors: RecentErrors;
  readonly redactor: Redactor;
  /** Whether lines go straight from pino to the destination: tools may have put themselves between. */
  readonly isUntouched: () => boolean;
  /** Writes a complete line: from a thread, or an access record. */
  readonly writeLine: (line: string) => void;
  /** Serializes and redacts an error. */
  readonly writeError: (error: Error) => unknown;
}

/** Fields that the logger inspects; nestjs-pino puts a logger's name into `context`. */
interface Fields {
  context?: unknown;
  err?: unknown;
}

const ERROR_LEVEL = 50;

const STDOUT = 1;

/** Creates the process's logger. Lines go to `destination`, never through the primary. */
export function createRootLogger(
  options: ResolvedLoggingOptions,
  destination: DestinationStream,
  redactor = new Redactor({ fields: options.redact }),
): RootLogger {
  const levels = new Levels(options.level, processClock);
  const records = new RecentRecords();
  const errors = new RecentErrors((text) => redactor.text(text));
  const stream = keeping(records, destination);
  const { worker } = processLifecycle().identity;
  const writeError = (error: Error): unknown => cleanError(error, redactor);
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid, worker, ...options.base },
      mixin: requestFields,
      formatters: {
        log: (record) => cleanRecord(record, redactor),
        bindings: (bindings) => redactor.record(bindings),
      },
      serializers: { err: writeError },
      hooks: { logMethod: logMethodOf({ levels, errors, redactor }) },
    },
    stream,
  );
  cleanBindings(logger, redactor);
  const ways = {
    writeLine: (line: string): void => stream.write(line),
    writeError,
    isUntouched: () => isUntouched(logger, stream),
  };
  const sharedLevels = new SharedLevels();
  return (root = { options, logger, levels, sharedLevels, records, errors, redactor, ...ways });
}

/** Keeps the latest lines, and the first ones of each request, on their way to `destination`. */
function keeping(records: RecentRecords, destination: DestinationStream): DestinationStream {
  return {
    write(line) {
      records.push(line);
      storage.getStore()?.wrote(line);
      destination.write(line);
    },
  };
}

function isUntouched(logger: Logger, stream: DestinationStream): boolean {
  const internals = logger as unknown as Record<symbol, unknown>;
  return internals[symbols.streamSym] === stream && internals[symbols.mixinSym] === requestFields;
}

/** Creates the hook that runs before pino's log methods. */
function logMethodOf({
  levels,
  errors,
  redactor,
}: {
  levels: Levels;
  errors: RecentErrors;
  redactor: Redactor;
}): NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> {
  return function logMethod(args, method, level) {
    const [first] = args as unknown[];
    if (!levels.allows(level, contextOf(first))) return;
    const error = level >= ERROR_LEVEL ? errorOf(first) : undefined;
    if (error !== undefined) {
      errors.push(error, { now: Date.now(), requestId: storage.getStore()?.id });
    }
    method.apply(this, cleanTexts(args, redactor) as Parameters<LogFn>);
  };
}

let root: RootLogger | undefined;

/** The logger created last; undefined if there is none in this process. */
export function presentRootLogger(): RootLogger | undefined {
  return root;
}

let output: LineWriter | undefined;

/** The process's writer to standard output; takes turns where processes share a pipe. */
export function standardOutput(): LineWriter {
  return (output ??= new LineWriter({ fd: STDOUT, lock: lockOfOutput() }));
}

/** Lines that standard output has dropped. */
export function droppedLines(): number {
  return output?.dropped ?? 0;
}

function lockOfOutput(): PipeLock | undefined {
  const { identity, directory } = processLifecycle();
  if (identity.mode !== 'group' || directory === undefined || !isPipe(STDOUT)) return undefined;
  return new PipeLock(join(directory, 'stdout.lock'));
}

/** Fields that identify the request in each of its records. */
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

/** Redacts texts that go into the message; fields are redacted with the record. */
function cleanTexts(args: readonly unknown[], redactor: Redactor): unknown[] {
  const [fields, message, ...rest] = args;
  // Without a message pino uses the error's own, unredacted.
  const error = message === undefined ? errorOf(fields) : undefined;
  if (error !== undefined) return [fields, redactor.text(error.message)];
  const first = typeof fields === 'string' ? redactor.text(fields) : fields;
  return args.length === 1
    ? [first]
    : [first, ...[message, ...rest].map((arg) => redactor.value(arg))];
}

/** Redacts a record except `err`, which is redacted at serialization. */
function cleanRecord(record: Record<string, unknown>, redactor: Redactor): Record<string, unknown> {
  if (!((record as Fields).err instanceof Error)) return redactor.record(record);
  const { err, ...rest } = record;
  return { ...redactor.record(rest), err };
}

/** Redacts bindings of child loggers once, when they are set. */
function cleanBindings(logger: Logger, redactor: Redactor): void {
  const { child, setBindings }: BoundLogger = logger as unknown as BoundLogger;
  const clean: BoundLogger = {
    child(bindings, options) {
      return child.call(this, redactor.record(bindings), options);
    },
    setBindings(bindings) {
      setBindings.call(this, redactor.record(bindings));
    },
  };
  Object.assign(logger, clean);
}

/** Methods of a logger that set bindings. */
interface BoundLogger {
  child: (this: unknown, bindings: Record<string, unknown>, options?: object) => unknown;
  setBindings: (this: unknown, bindings: Record<string, unknown>) => void;
}

function cleanError(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return error;
  // Pino's serializer marks errors, which needs an extensible one.
  if (!Object.isExtensible(error)) return redactor.value(error);
  return redactor.record({ ...stdSerializers.err(error) });
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}
