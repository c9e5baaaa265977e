import { fileURLToPath } from 'node:url';

import { ownService, serviceOf } from '../common/files/package-file.ts';
import type { Stats } from './stats.ts';

const HELP = 'Running versions; always 1. Two series mean that workers run different builds';

/** Exports the versions of this package, of Node and of the application as labels. */
export function exportBuildInfo(stats: Stats): void {
  const { version } = serviceOf(fileURLToPath(new URL('.', import.meta.url)));
  const service = ownService();
  const labels = {
    version,
    node: process.version.slice(1),
    service: service.name,
    service_version: service.version,
  };
  stats.gauge('buttress.build_info', { help: HELP, merge: 'max' }, labels).set(1);
}
