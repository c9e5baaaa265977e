import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Program } from './timed-start.ts';

/** An application that is started in different ways. */
export interface Application {
  name: string;
  /** In a Group. */
  ours: (workers: number) => Program;
  /** In one process of plain Node, with pools of threads as in a group of so many workers. */
  plain: (workers: number) => Program;
  /** In Node's cluster. */
  cluster: (workers: number) => Program;
}

/** Directories of a run: removed at its end. */
export interface Places {
  /** Of the sample's database. */
  data: string;
  temporary: string;
  remove: () => void;
}

export function makePlaces(): Places {
  const root = mkdtempSync(join(tmpdir(), 'bench-start-'));
  const at = (name: string): string => mkdtempSync(join(root, name));
  return {
    data: at('data-'),
    temporary: at('tmp-'),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** The sample with its lab routes: every feature, threads that boot, pages. */
export function sample(places: Places): Application {
  const directory = fileURLToPath(new URL('../../sample/receipts/dist/', import.meta.url));
  return application('sample', places, {
    app: join(directory, 'app.js'),
    main: join(directory, 'main.js'),
    path: '/lab/sleep?ms=0',
  });
}

/** One route and the adapter, in a Group with pages: what the group itself costs shows most. */
export function small(places: Places): Application {
  return application('small', places, {
    app: fileURLToPath(new URL('../accept/apps/dist/buttress.app.js', import.meta.url)),
    main: mainOf('group'),
    path: '/hello',
  });
}

function application(
  name: string,
  { data, temporary }: Places,
  { app, main, path }: { app: string; main: string; path: string },
): Application {
  const env = { APP: pathToFileURL(app).href, LAB: '1', DATA_DIR: data, TMPDIR: temporary };
  const program = (kind: string, from: string, workers: number): Program => {
    return { name: `${name}, ${kind}`, main: from, workers, path, env };
  };
  return {
    name,
    ours: (workers) => program('group', main, workers),
    plain: (workers) => ({
      ...program('plain Node', mainOf('plain'), 1),
      env: { ...env, POOLS_OF: String(workers) },
    }),
    cluster: (workers) => program('cluster', mainOf('cluster'), workers),
  };
}

function mainOf(name: string): string {
  return fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
}
