import { describe, expect, it } from 'vitest';

import * as admission from '../../lib/admission.ts';
import * as bufferedSocket from '../../lib/buffered-socket.ts';
import * as connections from '../../lib/connections.ts';
import * as context from '../../lib/context.ts';
import * as root from '../../lib/index.ts';
import * as logging from '../../lib/logging.ts';
import * as meta from '../../lib/meta.ts';
import * as stats from '../../lib/stats.ts';
import * as threads from '../../lib/threads.ts';
import type { FeatureName } from '../e2e/pairs/expected.ts';

const api = {
  ...admission,
  ...bufferedSocket,
  ...connections,
  ...context,
  ...logging,
  ...meta,
  ...root,
  ...stats,
  ...threads,
};

/** What the application of the matrix does by its setup, its routes or its other faces. */
type Setup = 'setup' | 'routes' | 'faces';

/** Why something is in no pair. */
interface Left {
  because: string;
}

/** Where the matrix has each thing that the package exports, errors apart. */
const TRIED: Record<string, FeatureName | Setup | Left> = {
  Admission: 'routes',
  AdmissionModule: 'setup',
  AppContext: 'app',
  AutoOffload: 'auto',
  BufferedSocket: 'lease',
  ButtressModule: 'setup',
  ClusteredFastifyAdapter: 'setup',
  ConfigSources: { because: 'values are noted at the start' },
  ConnectionManager: 'service',
  ConnectionsModule: 'setup',
  Context: 'context',
  ContextKey: 'key',
  ContextModule: 'setup',
  Counted: 'timed',
  CpuBound: 'cpu',
  CpuBoundIf: 'cpuIf',
  CurrentContext: 'routes',
  FixedLimiter: 'routes',
  GradientLimiter: 'routes',
  Html: { because: 'pages are text' },
  InjectPinoLogger: { because: 'the logger behind it is that of contextLog' },
  IoBound: 'io',
  LazySocket: 'lazySocket',
  LivenessCheck: 'faces',
  LivenessModule: 'setup',
  LogLevels: { because: 'levels belong to the process, not to a request' },
  Logger: 'log',
  LoggingModule: 'setup',
  MetaModule: 'setup',
  MetaPage: 'faces',
  NetstringSocket: 'connect',
  SkipDeadline: 'routes',
  SkipAdmissionLimit: 'routes',
  PinoLogger: { because: 'the logger behind it is that of contextLog' },
  Priority: 'routes',
  ReadinessCheck: 'faces',
  Redactor: { because: 'a function of texts' },
  Reports: { because: 'reports belong to the process, not to a request' },
  Stats: 'counter',
  StatsModule: 'setup',
  ThreadScope: 'scope',
  ThreadsModule: 'setup',
  Timed: 'timed',
  UseContext: 'faces',
  acceptProxyProtocol: 'setup',
  autoOffload: 'auto',
  bootTimings: { because: 'it is over when requests come' },
  html: { because: 'pages are text' },
  isButtressError: { because: 'a function of errors' },
  lazySocket: 'lazySocket',
  mergeStats: { because: 'a function of snapshots' },
  outgoingHeaders: 'agent',
  relay: { because: 'it is a server of its own, for clients of other kinds' },
  serviceLookup: 'lookup',
  transferResult: 'transfer',
  withoutOffload: 'withoutOffload',
};

describe('The matrix of pairs', () => {
  it('R43: has all that the package exports, or says why not', () => {
    const exported = Object.entries(api).flatMap(([name, value]) => {
      return typeof value === 'function' && !isErrorClass(value) ? [name] : [];
    });
    expect(Object.keys(TRIED).toSorted()).toEqual(exported.toSorted());
  });
});

function isErrorClass(value: object): boolean {
  return (value as { prototype?: unknown }).prototype instanceof Error;
}
