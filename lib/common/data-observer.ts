import type { EventEmitter } from 'node:events';

type Listener = (...args: never[]) => void;

/** Shared by all copies of this package in the process: a bundle may bring a second one. */
const MARK = Symbol.for('nestjs-buttress.data-observer');

/** Marks a listener of `data` that looks at bytes and takes none: somebody else reads them. */
export function dataObserver<L extends Listener>(listener: L): L {
  return Object.assign(listener, { [MARK]: true });
}

/** Whether anybody reads a stream by its events; observers do not. */
export function hasReader(stream: EventEmitter): boolean {
  if (stream.listenerCount('readable') > 0) return true;
  return stream.listeners('data').some((listener) => !(MARK in listener));
}
