import { type Debugger, type Runtime, Session } from 'node:inspector';

/** Position of a stack frame in the loaded code; lines and columns count from 0. */
export interface RawFrame {
  name: string;
  url: string;
  line: number;
  column: number;
}

export interface RawStack {
  frames: RawFrame[];
  /** Request whose context was active. */
  requestId: string | undefined;
  /** Duration of the pause. */
  pausedMs: number;
}

/** Innermost frames to keep. */
const MAX_FRAMES = 30;

/** Longest wait for the main thread to pause: native code can't be interrupted. */
const MAX_WAIT_MS = 2_000;

/** Reads the context's storage: see context/storage.ts. */
const REQUEST_ID = `globalThis[Symbol.for('nestjs-buttress.context')]?.getStore()?.id`;

/**
 * Takes the stack of a busy main thread from another thread, through the inspector. Disconnects
 * afterwards: an open session would delay the process's exit.
 *
 * @param withinMs longest wait for the main thread to pause
 * @returns undefined if the main thread did not pause in time
 */
export function takeMainStack(withinMs = MAX_WAIT_MS): Promise<RawStack | undefined> {
  const session = new Session();
  const urls = new Map<string, string>();
  const { promise, resolve } = Promise.withResolvers<RawStack | undefined>();
  const timer = setTimeout(() => end(undefined), withinMs);
  let isOver = false;
  const end = (stack: RawStack | undefined): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    session.disconnect();
    resolve(stack);
  };
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
  session.once('Debugger.paused', ({ params: { callFrames } }) => {
    if (isOver) return;
    const pausedAt = performance.now();
    const frames = rawFrames(callFrames, urls);
    // Node's internal functions have separate globals.
    const seeing =
      callFrames.find((frame) => !urlOf(frame, urls).startsWith('node:')) ?? callFrames[0];
    readRequestId(session, seeing?.callFrameId, (requestId) => {
      // Timed out: the session, and with it the pause, has ended.
      if (isOver) return;
      session.post('Debugger.resume');
      session.post('Debugger.disable', () => {
        end({ frames, requestId, pausedMs: performance.now() - pausedAt });
      });
    });
  });
  session.connectToMainThread();
  session.post('Debugger.enable');
  session.post('Debugger.pause');
  return promise;
}

/** @param urls of the scripts, by their ids: frames of a pause have none */
export function rawFrames(
  frames: readonly Debugger.CallFrame[],
  urls: ReadonlyMap<string, string>,
): RawFrame[] {
  return frames.slice(0, MAX_FRAMES).map((frame) => ({
    name: frame.functionName,
    url: urlOf(frame, urls),
    line: frame.location.lineNumber,
    column: frame.location.columnNumber ?? 0,
  }));
}

function urlOf({ location, url }: Debugger.CallFrame, urls: ReadonlyMap<string, string>): string {
  return url || (urls.get(location.scriptId) ?? '');
}

function readRequestId(
  session: Session,
  callFrameId: string | undefined,
  then: (requestId: string | undefined) => void,
): void {
  if (callFrameId === undefined) return then(undefined);
  const about = { callFrameId, expression: REQUEST_ID, returnByValue: true, silent: true };
  session.post(
    'Debugger.evaluateOnCallFrame',
    about,
    (error, answer?: Runtime.EvaluateReturnType) => {
      const value: unknown = error === null ? answer?.result.value : undefined;
      then(typeof value === 'string' ? value : undefined);
    },
  );
}
