import { createHook } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';

/** What of Node's pipe is needed. */
interface Pipe {
  readonly fd: number;
  readonly bytesRead: number;
}

/** Bytes that a child may write without ending its message: far more than libraries send. */
const MAX_BYTES = 8 << 20;

/** How often it is looked, in milliseconds: a child writes some hundred MiB a second. */
const EVERY_MS = 50;

/** One timer looks at all channels. */
const looks = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/**
 * Bounds what Node keeps of a message that a child does not end: Node reads on until there is no
 * memory left. Its channel shows neither its pipe nor how much it has read, so the pipe is caught
 * as it is made; where that fails there is no bound.
 *
 * @param start starts the child
 * @param onFlood called when the child has written too much
 */
export function boundChannel(start: () => ChildProcess, onFlood: () => void): ChildProcess {
  const pipes: Pipe[] = [];
  const hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'PIPEWRAP') pipes.push(resource as Pipe);
    },
  });
  hook.enable();
  let child: ChildProcess;
  try {
    child = start();
  } finally {
    hook.disable();
  }
  const { fd } = (child.channel ?? {}) as { fd?: number };
  const pipe = pipes.find((one) => one.fd === fd);
  if (pipe !== undefined) watch(child, pipe, onFlood);
  return child;
}

function watch(child: ChildProcess, pipe: Pipe, onFlood: () => void): void {
  let endedAt = 0;
  const look = (): void => {
    if (pipe.bytesRead - endedAt > MAX_BYTES) onFlood();
  };
  for (const event of ['message', 'internalMessage']) {
    child.on(event, () => (endedAt = pipe.bytesRead));
  }
  looks.add(look);
  timer ??= setInterval(() => looks.forEach((one) => one()), EVERY_MS).unref();
  child.once('exit', () => {
    looks.delete(look);
    if (looks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  });
}
