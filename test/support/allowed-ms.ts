import { present } from '../../lib/context/context.ts';

/** Time that the current request was allowed: exact, unlike `remainingMs`, which runs out. */
export function allowedMs(): number {
  const { deadlineAt, startedAt } = present();
  return Math.round(deadlineAt - startedAt);
}
