import { Queries, type Scope } from '../query.ts';

const TARGETS: Scope = { job: '=~$job', instance: '=~$instance' };

/** Covers the time between two points, and always several scrapes. */
const WINDOW = '$__rate_interval';

/** The chosen slots, where a metric has them. */
export const ofSlots = new Queries(WINDOW, { ...TARGETS, slot: '=~$slot' });

/** All processes of the chosen instances: the primary has no slot. */
export const ofProcesses = new Queries(WINDOW, TARGETS);
