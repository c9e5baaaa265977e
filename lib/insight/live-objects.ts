import { type Runtime, Session } from 'node:inspector';

/** Where the inspector hands over what it found. */
const HAND_OVER = Symbol.for('nestjs-buttress.live-objects');

/**
 * Finds all live objects of this thread, after a garbage collection, and calls `use` with them. Blocks
 * the event loop for about 20 ms per MB of heap. Keeps none of them.
 *
 * @throws Error when the inspector refuses
 */
export function withLiveObjects<T>(use: (objects: readonly object[]) => T): T {
  const session = new Session();
  session.connect();
  const place = globalThis as { [HAND_OVER]?: (objects: readonly object[]) => void };
  let result: { value: T } | undefined;
  try {
    place[HAND_OVER] = (objects) => {
      result = { value: use(objects) };
    };
    const expression = 'Object.prototype';
    const { objectId: prototypeObjectId = '' } = post<Runtime.EvaluateReturnType>((then) =>
      session.post('Runtime.evaluate', { expression }, then),
    ).result;
    const { objectId = '' } = post<Runtime.QueryObjectsReturnType>((then) =>
      session.post('Runtime.queryObjects', { prototypeObjectId }, then),
    ).objects;
    const functionDeclaration = `function () { globalThis[Symbol.for('${String(HAND_OVER.description)}')](this); }`;
    const { exceptionDetails } = post<Runtime.CallFunctionOnReturnType>((then) =>
      session.post('Runtime.callFunctionOn', { objectId, functionDeclaration }, then),
    );
    if (exceptionDetails !== undefined || result === undefined) {
      throw new Error(exceptionDetails?.exception?.description ?? 'The objects were not found');
    }
    return result.value;
  } finally {
    delete place[HAND_OVER];
    // Releases the objects too.
    session.disconnect();
  }
}

/** Within its own thread, the inspector answers at once. */
function post<T>(send: (then: (error: Error | null, answer: T) => void) => void): T {
  let answered: { answer: T } | { error: Error } | undefined;
  send((error, answer) => {
    answered = error === null ? { answer } : { error };
  });
  if (answered === undefined) throw new Error('The inspector did not answer');
  if ('error' in answered) throw new Error(answered.error.message, { cause: answered.error });
  return answered.answer;
}
