import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serveGroup } from './serve-group.ts';

/** The sample as it is built, with data of its own. */
const directory = mkdtempSync(join(tmpdir(), 'receipts-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
process.env['DATA_DIR'] = directory;
await serveGroup(new URL('../../../../sample/receipts/dist/app.js', import.meta.url));
