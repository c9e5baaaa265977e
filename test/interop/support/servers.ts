import { isListening } from '../../support/is-listening.ts';

/** A server that may be there, and must be where `CI` is `true`. */
export interface NeededServer {
  name: string;
  port: number;
}

/** Whether its tests are skipped, which is said; where it must be there, they run and fail. */
export async function isMissing({ name, port }: NeededServer): Promise<boolean> {
  if (process.env['CI'] === 'true' || (await isListening(port))) return false;
  console.warn(`skipped: ${name} does not answer on 127.0.0.1:${port}`);
  return true;
}
