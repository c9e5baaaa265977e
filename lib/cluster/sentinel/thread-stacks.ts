import { type Debugger, type NodeWorker, Session } from 'node:inspector';
import { threadId } from 'node:worker_threads';

import { type RawFrame, rawFrames } from './main-stack.ts';

/** Stack of a thread; without frames it executed no JavaScript. */
export interface RawThread {
  id: number;
  name: string;
  frames: RawFrame[] | undefined;
}

interface Message {
  method?: string;
  params: Debugger.ScriptParsedEventDataType & Debugger.PausedEventDataType;
}

interface Attached extends RawThread {
  urls: Map<string, string>;
}

const MAX_THREADS = 64;

/** Thread id and name, as in `[worker 2] sentinel`; `workerId` counts on its own. */
const TITLE = /^\[worker (\d+)\] ?(.*)$/;

/**
 * Takes the stacks of the other threads of this process, through the inspector of the main thread,
 * which may be busy. Pauses each for one sample. A thread that executes no JavaScript can't be
 * paused: waits `withinMs` for it, which is how long this takes unless all are busy.
 */
export async function takeThreadStacks(withinMs: number): Promise<RawThread[]> {
  const session = new Session();
  const attached = new Map<string, Attached>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, withinMs);
  const send = (sessionId: string, method: string): void => {
    const message = JSON.stringify({ id: 1, method });
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message });
  };
  session.on('NodeWorker.attachedToWorker', ({ params: { sessionId, workerInfo } }) => {
    const found = TITLE.exec(workerInfo.title);
    const id = Number(found?.[1] ?? threadId);
    // This thread must not pause itself.
    if (id === threadId || attached.size >= MAX_THREADS) return;
    const name = found?.[2] ?? '';
    attached.set(sessionId, { id, name, frames: undefined, urls: new Map() });
    send(sessionId, 'Debugger.enable');
    send(sessionId, 'Debugger.pause');
  });
  session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
    const thread = attached.get(params.sessionId);
    if (thread === undefined || !take(thread, params)) return;
    send(params.sessionId, 'Debugger.resume');
    send(params.sessionId, 'Debugger.disable');
    if ([...attached.values()].every(({ frames }) => frames !== undefined)) resolve();
  });
  session.connectToMainThread();
  session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, () => {
    // All threads that there are were announced before.
    if (attached.size === 0) resolve();
  });
  await promise;
  clearTimeout(timer);
  // Ends the sessions of all threads, and with them pauses that are still to come.
  session.post('NodeWorker.disable');
  session.disconnect();
  return [...attached.values()].map(({ id, name, frames }) => ({ id, name, frames }));
}

/** @returns whether the thread has paused for its sample */
function take(
  thread: Attached,
  { message }: NodeWorker.ReceivedMessageFromWorkerEventDataType,
): boolean {
  const { method, params } = JSON.parse(message) as Message;
  if (method === 'Debugger.scriptParsed') thread.urls.set(params.scriptId, params.url);
  if (method !== 'Debugger.paused' || thread.frames !== undefined) return false;
  thread.frames = rawFrames(params.callFrames, thread.urls);
  return true;
}
