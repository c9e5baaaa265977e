import { access } from 'node:fs';
import {
  constants,
  type NodeGCPerformanceDetail,
  performance,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

import { processClock } from '../common/clock.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import { countDescriptors } from '../common/process/open-descriptors.ts';
import { remembered } from '../common/remembered.ts';
import type { Duration } from './duration.ts';
import type { Labels } from './family.ts';
import { processLoopDelay } from './loop-delay.ts';
import type { StatisticOptions } from './statistic.options.ts';
import type { Stats } from './stats.ts';

/** Period of the thread pool probe. */
const PROBE_EVERY_MS = 5_000;

const MICROSECONDS_PER_SECOND = 1e6;

const BYTES: StatisticOptions = { unit: 'bytes' };

/** Of two processes in one slot, while one replaces the other, the latest start counts. */
const START_TIME: StatisticOptions = { unit: 'seconds', merge: 'max' };

const UTILIZATION: StatisticOptions = {
  help: 'Fraction of time for which the event loop was busy',
  unit: 'ratio',
  merge: 'max',
};

const SPACE_USED: StatisticOptions = { help: 'Used part of a heap space', unit: 'bytes' };
const SPACE_SIZE: StatisticOptions = { help: 'Size of a heap space', unit: 'bytes' };

/** Time for which figures of one snapshot share a system call. */
const ONE_SNAPSHOT_MS = 10;

const GC_KINDS = new Map<number, string>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak-callbacks'],
]);

/** Labels of a process: by its slot, as ids of workers would add series without end. */
export function processLabels(role: 'worker' | 'meta'): Labels {
  const slot = role === 'worker' ? String(processLifecycle().identity.slot) : '';
  return { role, slot };
}

/**
 * Measures CPU, memory, descriptors, event loop, garbage collector and thread pool, until the
 * returned function is called.
 *
 * @param labels distinguish this process from the others of its group: see `labelsOf`
 */
export function measureRuntime(stats: Stats, labels: Labels): () => void {
  const seen = new Set<string>();
  measureProcess(stats, labels);
  const ends = [
    stats.collect(() => readHeapSpaces(stats, labels)),
    stats.collect(() => readHandles(stats, labels, seen)),
    measureLoop(stats, labels),
    measureGarbageCollector(stats, labels),
    probeThreadPool(stats, labels),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function measureProcess(stats: Stats, labels: Labels): void {
  const counter = (name: string, help: string, read: () => number): void =>
    stats.counter(name, { help, unit: 'seconds' }, labels).observe(read);
  const gauge = (name: string, help: string, about: StatisticOptions, read: () => number): void =>
    stats.gauge(name, { ...about, help }, labels).observe(read);
  const cpu = remembered(() => process.cpuUsage(), ONE_SNAPSHOT_MS);
  const memory = remembered(() => process.memoryUsage(), ONE_SNAPSHOT_MS);
  counter('process.cpu_user', 'Processor time in user mode', () => {
    return cpu().user / MICROSECONDS_PER_SECOND;
  });
  counter('process.cpu_system', 'Processor time in the kernel', () => {
    return cpu().system / MICROSECONDS_PER_SECOND;
  });
  const startedAt = Date.now() / 1_000 - process.uptime();
  gauge('process.start_time', 'Unix time of the start', START_TIME, () => startedAt);
  gauge('process.resident_memory', 'Resident memory (RSS)', BYTES, () => memory().rss);
  gauge('process.open_fds', 'Open file descriptors', {}, () => countDescriptors() ?? 0);
  gauge('nodejs.heap_used', 'Used part of the V8 heap', BYTES, () => memory().heapUsed);
  gauge('nodejs.heap_total', 'Size of the V8 heap', BYTES, () => memory().heapTotal);
  gauge('nodejs.external_memory', 'Memory of Buffers and native objects', BYTES, () => {
    return memory().external;
  });
}

function measureLoop(stats: Stats, labels: Labels): () => void {
  const help = 'Event loop lag';
  const delay = stats.duration('nodejs.eventloop_delay', { help }, labels);
  const utilization = stats.gauge('nodejs.eventloop_utilization', UTILIZATION, labels);
  let last = performance.eventLoopUtilization();
  const stopReading = stats.collect(() => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, last);
    last = now;
    utilization.set(Number.isFinite(since.utilization) ? since.utilization : 0);
  });
  const stopListening = processLoopDelay().listen((lateMs) => delay.record(lateMs));
  return () => {
    stopReading();
    stopListening();
  };
}

function measureGarbageCollector(stats: Stats, labels: Labels): () => void {
  const help = 'Pauses of the garbage collector';
  const pausesOf = (kind: string): Duration =>
    stats.duration('v8js.gc.duration', { help }, { ...labels, 'v8js.gc.type': kind });
  // Creates every series at the start, so that a kind without pauses is exported as 0.
  for (const kind of GC_KINDS.values()) pausesOf(kind);
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      pausesOf(GC_KINDS.get(kindOf(entry) ?? -1) ?? 'other').record(entry.duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

/** Reads the detail of a `gc` entry, which the common entry type does not describe. */
function kindOf(
  entry: PerformanceEntry & { detail?: NodeGCPerformanceDetail },
): number | undefined {
  return entry.detail?.kind;
}

function readHeapSpaces(stats: Stats, labels: Labels): void {
  for (const { space_name: space, space_used_size, space_size } of getHeapSpaceStatistics()) {
    const own = { ...labels, 'v8js.heap.space.name': space };
    stats.gauge('v8js.memory.heap.used', SPACE_USED, own).set(space_used_size);
    stats.gauge('v8js.memory.heap.limit', SPACE_SIZE, own).set(space_size);
  }
}

/** Sets the gauge of a type that has vanished to 0: a gauge keeps its last value. */
function readHandles(stats: Stats, labels: Labels, seen: Set<string>): void {
  const counts = new Map([...seen].map((type) => [type, 0]));
  for (const type of process.getActiveResourcesInfo()) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  for (const [type, count] of counts) {
    seen.add(type);
    const help = 'Active resources that keep the event loop alive';
    stats.gauge('nodejs.active_resources', { help }, { ...labels, type }).set(count);
  }
}

/** Times a trivial call: nearly all of that is the wait for a thread. */
function probeThreadPool(stats: Stats, labels: Labels): () => void {
  const help = 'Wait of a call for a thread of libuv';
  const waits = stats.duration('nodejs.threadpool_wait', { help }, labels);
  let isUnderWay = false;
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    const startedAt = processClock.now();
    access(process.execPath, () => {
      isUnderWay = false;
      waits.record(processClock.now() - startedAt);
    });
  }, PROBE_EVERY_MS).unref();
  return () => clearInterval(timer);
}
