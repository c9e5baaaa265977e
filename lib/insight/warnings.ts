import { DAY_MS } from '../common/clock.ts';
import { mib } from '../common/mib.ts';
import { plural } from '../common/plural.ts';

/** Finding about the state or configuration of a process. */
export interface Warning {
  /** `problem`: will do harm. `hint`: may do harm. */
  level: 'problem' | 'hint';
  /** Stable name of the rule. */
  code: string;
  text: string;
  advice: string;
}

/** Facts that the rules check. */
export interface WarningFacts {
  heapLimitBytes: number;
  /** Memory limit of the control group; null: none. */
  memoryLimitBytes: number | null;
  totalMemoryBytes: number;
  workers: number;
  rssBytes: number;
  descriptors: number | null;
  descriptorLimit: number | null;
  keepAliveTimeoutMs: number | null;
  /** p95 of the wait for a thread of libuv; null: unknown. */
  threadPoolWaitMs: number | null;
  threadPoolSize: number;
  isInspectorOpen: boolean;
  nodeEnv: string | undefined;
  /** Flags of Node, from the command line and NODE_OPTIONS. */
  flags: readonly string[];
  /** Messages about reached limits of statistics. */
  limits: readonly string[];
  droppedLines: number;
  detachedContexts: number;
  certificates: readonly { path: string; expiresAt: number | null }[];
  now: number;
}

/** Usual idle timeout of load balancers. */
const BALANCER_IDLE_MS = 60_000;

type Rule = (evidence: WarningFacts) => Warning | Warning[] | undefined;

const RULES: readonly Rule[] = [
  heapAgainstMemory,
  heapsAgainstMachine,
  memoryNearLimit,
  descriptorsNearLimit,
  keepAlive,
  threadPool,
  inspector,
  environment,
  flags,
  cardinality,
  lostLines,
  contexts,
  certificates,
];

/** Findings of all rules. */
export function findWarnings(evidence: WarningFacts): Warning[] {
  return RULES.flatMap((rule) => rule(evidence) ?? []);
}

function heapAgainstMemory({
  heapLimitBytes,
  memoryLimitBytes,
}: WarningFacts): Warning | undefined {
  if (memoryLimitBytes === null || heapLimitBytes <= memoryLimitBytes * 0.85) return undefined;
  return {
    level: 'problem',
    code: 'heap-limit',
    text: `The heap may grow to ${mib(heapLimitBytes)}, and the process is killed at ${mib(memoryLimitBytes)}`,
    advice: 'Set --max-old-space-size to three quarters of the memory limit of one worker',
  };
}

function heapsAgainstMachine(evidence: WarningFacts): Warning | undefined {
  const { heapLimitBytes, workers, totalMemoryBytes, memoryLimitBytes } = evidence;
  const all = heapLimitBytes * workers;
  const available = memoryLimitBytes ?? totalMemoryBytes;
  if (workers < 2 || all <= available) return undefined;
  return {
    level: 'hint',
    code: 'heap-sum',
    text: `${workers} heaps of up to ${mib(heapLimitBytes)} do not fit into ${mib(available)}`,
    advice: 'Set --max-old-space-size, or recycle workers by memory',
  };
}

function memoryNearLimit({ rssBytes, memoryLimitBytes }: WarningFacts): Warning | undefined {
  if (memoryLimitBytes === null || rssBytes < memoryLimitBytes * 0.85) return undefined;
  return {
    level: 'problem',
    code: 'memory',
    text: `This process uses ${mib(rssBytes)} of ${mib(memoryLimitBytes)}`,
    advice: 'Look at the heap spaces; take a sampling heap profile',
  };
}

function descriptorsNearLimit({ descriptors, descriptorLimit }: WarningFacts): Warning | undefined {
  if (descriptors === null || descriptorLimit === null) return undefined;
  if (descriptors < descriptorLimit * 0.8) return undefined;
  return {
    level: 'problem',
    code: 'descriptors',
    text: `${descriptors} of ${descriptorLimit} file descriptors are open`,
    advice: 'Look at the sockets; raise the limit (ulimit -n)',
  };
}

function keepAlive({ keepAliveTimeoutMs: ms }: WarningFacts): Warning | undefined {
  if (ms === null || ms === 0 || ms > BALANCER_IDLE_MS) return undefined;
  return {
    level: 'hint',
    code: 'keep-alive',
    text: `Idle connections are closed after ${ms / 1_000} s, while a load balancer may send on them for 60 s`,
    advice: 'Make keepAliveTimeout longer than the idle time of the load balancer: 65 s or more',
  };
}

function threadPool({
  threadPoolWaitMs: ms,
  threadPoolSize: size,
}: WarningFacts): Warning | undefined {
  if (ms === null || ms < 50) return undefined;
  return {
    level: 'problem',
    code: 'thread-pool',
    text: `Calls wait ${Math.round(ms)} ms for one of the ${size} threads of libuv`,
    advice:
      'Files, DNS and crypto share them: set UV_THREADPOOL_SIZE, or move work to thread pools',
  };
}

function inspector({ isInspectorOpen }: WarningFacts): Warning | undefined {
  if (!isInspectorOpen) return undefined;
  return {
    level: 'problem',
    code: 'inspector',
    text: 'The inspector is open: a client of its port can run any code in this process',
    advice: 'Start without --inspect; --disable-sigusr1 keeps signals from opening it',
  };
}

function environment({ nodeEnv }: WarningFacts): Warning | undefined {
  if (nodeEnv === 'production') return undefined;
  return {
    level: 'hint',
    code: 'node-env',
    text: `NODE_ENV is ${nodeEnv ?? 'not set'}`,
    advice: 'Many packages do less work with NODE_ENV=production',
  };
}

function flags({ flags: given, nodeEnv }: WarningFacts): Warning | undefined {
  if (nodeEnv !== 'production') return undefined;
  const missing = ['--disable-sigusr1', '--report-exclude-env'].filter(
    (one) => !given.includes(one),
  );
  if (missing.length === 0) return undefined;
  return {
    level: 'hint',
    code: 'flags',
    text: `Node runs without ${missing.join(' and ')}`,
    advice:
      'The first keeps signals from opening the inspector, the second keeps the environment out of reports',
  };
}

function cardinality({ limits }: WarningFacts): Warning[] {
  return limits.map((text) => ({
    level: 'problem',
    code: 'cardinality',
    text,
    advice: 'Do not put ids, names or addresses into labels',
  }));
}

function lostLines({ droppedLines }: WarningFacts): Warning | undefined {
  if (droppedLines === 0) return undefined;
  return {
    level: 'problem',
    code: 'lost-lines',
    text: `${plural(droppedLines, 'log line')} dropped: the reader of standard output is too slow`,
    advice: 'Look at what reads standard output; log less',
  };
}

function contexts({ detachedContexts }: WarningFacts): Warning | undefined {
  if (detachedContexts === 0) return undefined;
  return {
    level: 'hint',
    code: 'detached-contexts',
    text: `${plural(detachedContexts, 'detached vm context')} not collected`,
    advice: 'Take a heap snapshot and look for their retainers',
  };
}

function certificates({ certificates: all, now }: WarningFacts): Warning[] {
  return all.flatMap(({ path, expiresAt }): Warning[] => {
    const advice = 'Renew it';
    if (expiresAt === null) {
      return [{ level: 'problem', code: 'certificate', text: `${path} cannot be read`, advice }];
    }
    const days = Math.floor((expiresAt - now) / DAY_MS);
    if (days > 30) return [];
    const text = days < 0 ? `${path} has expired` : `${path} expires in ${plural(days, 'day')}`;
    return [{ level: days < 8 ? 'problem' : 'hint', code: 'certificate', text, advice }];
  });
}
