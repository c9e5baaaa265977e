/**
 * Writes the dashboard, the alert rules and their runbooks from their definitions in this folder.
 *
 * `node docs/monitoring/generate/run.ts` writes; `--check` fails if a file is not as defined.
 * A definition that names a metric or a label that does not exist does not compile: `query.ts` knows
 * only those in `metrics.ts`. That list is recorded from the `/metrics` of a real group, and not
 * written by hand or read from the source, because only the page itself shows what Prometheus gets:
 * names with their units, and the labels that a process adds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { dashboard } from './dashboard.ts';
import { rulesYaml } from './rules.ts';
import { runbooks } from './runbooks.ts';

const DIRECTORY = fileURLToPath(new URL('../', import.meta.url));

const RUNBOOKS = /<!-- runbooks -->\n[\s\S]*?<!-- \/runbooks -->/;

const FILES: Record<string, (before: string) => string> = {
  'alerts.yml': rulesYaml,
  'dashboard.json': () => `${JSON.stringify(dashboard(), undefined, 2)}\n`,
  'README.md': (before) => {
    return before.replace(RUNBOOKS, () => {
      return `<!-- runbooks -->\n\n${runbooks()}\n\n<!-- /runbooks -->`;
    });
  },
};

const isCheck = process.argv.includes('--check');
const stale = Object.entries(FILES).flatMap(([name, write]) =>
  refresh(name, write) ? [name] : [],
);
if (isCheck && stale.length > 0) {
  console.error(`Not as defined: ${stale.join(', ')}. Run: npm run docs:monitoring`);
  process.exitCode = 1;
}

/** Returns whether a file differs from its definition; writes it unless checking. */
function refresh(name: string, write: (before: string) => string): boolean {
  const path = `${DIRECTORY}${name}`;
  const before = textOf(path);
  const fresh = write(before);
  if (fresh === before) return false;
  if (!isCheck) writeFileSync(path, fresh);
  return true;
}

/** Nothing for a file that is not there yet. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
