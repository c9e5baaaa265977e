import { createHook } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';

/** The parts of Node's pipe that are needed. */
interface Pipe {
  readonly fd: number;
  readonly bytesRead: number;
}

/** Bytes that a child may write without ending its message: far more than libraries send. */
const MAX_BYTES = 8 << 20;

/** Interval between checks: a child writes a few hundred MiB per second. */
const EVERY_MS = 50;

/** Checks of all channels, run by one timer. */
const looks = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

/**
 * Bounds the memory for a message that a child never ends: Node reads on until memory runs out. The
 * channel exposes neither its pipe nor the bytes read, so a hook catches the pipe at its creation;
 * where that fails there is no bound.
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
