import type { ListenOptions } from 'node:net';

/** Normalizes the argument forms of `net.Server.listen`. */
export function listenOptions(args: readonly unknown[]): ListenOptions & { fd?: number } {
  const [first, second, third] = args;
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first };
  const options: ListenOptions = { port: Number(first ?? 0) };
  if (typeof second === 'string') options.host = second;
  const backlog = typeof second === 'number' ? second : third;
  if (typeof backlog === 'number') options.backlog = backlog;
  return options;
}
