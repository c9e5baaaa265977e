import { processWide } from '../common/process/process-wide.ts';
import { Settings } from './settings.ts';

/** The settings of this process; each pool thread has its own, which follow them. */
export const processSettings = processWide('settings', () => new Settings());
