import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { endWithParent, tellReady } from './parent.ts';
import { readSettings } from './settings.ts';

/** `reusePort`: every child listens by itself, and the kernel chooses among them. */
const WORKER = fileURLToPath(new URL('./reuse-port.worker.js', import.meta.url));
const { workers } = readSettings();
let waitingFor = workers;

endWithParent();
for (let count = 0; count < workers; count++) {
  fork(WORKER).once('message', () => {
    if (--waitingFor === 0) tellReady();
  });
}
