import type { ResolvedSecondaryListener } from '../../common/secondary-listener.options.ts';
import type { ListenSpec } from '../protocol/control-messages.ts';

const HTTP = { refusal: 'http', clientFirst: true, ordinal: 0 } as const;

/** Listen options of the secondary listener. */
export function listenSpecOf({ host, port, path }: ResolvedSecondaryListener): ListenSpec {
  return path === undefined ? { host, port, ...HTTP } : { path, ...HTTP };
}
