import type { Alert } from './alert.ts';
import { REQUEST_ALERTS } from './alerts/requests.ts';
import { RESOURCE_ALERTS } from './alerts/resources.ts';
import { WORKER_ALERTS } from './alerts/workers.ts';

/** Alerts by the name of their group. */
export const ALERTS: Readonly<Record<string, readonly Alert[]>> = {
  'buttress-requests': REQUEST_ALERTS,
  'buttress-workers': WORKER_ALERTS,
  'buttress-resources': RESOURCE_ALERTS,
};
