import type { EventEmitter } from 'node:events';

type Listener = (...args: never[]) => void;

/** Shared by all copies of this package in the process; a bundle may contain a second one. */
const MARK = Symbol.for('nestjs-buttress.data-observer');

/** Marks a `data` listener that only observes; another one reads. */
export function dataObserver<L extends Listener>(listener: L): L {
  return Object.assign(listener, { [MARK]: true });
}

/** Whether the stream has a `readable` listener or a `data` listener that is no observer. */
export function hasReader(stream: EventEmitter): boolean {
  if (stream.listenerCount('readable') > 0) return true;
  return stream.listeners('data').some((listener) => !(MARK in listener));
}
