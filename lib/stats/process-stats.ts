import { processWide } from '../common/process/process-wide.ts';
import { Stats } from './stats.ts';

/** The statistics of this process. */
export const processStats = processWide('stats', () => new Stats());
