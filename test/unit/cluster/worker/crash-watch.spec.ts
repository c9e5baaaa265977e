import type { EventEmitter } from 'node:events';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { watchCrashes } from '../../../../lib/cluster/worker/crash-watch.ts';
import { processRedactor } from '../../../../lib/common/redaction/process-redactor.ts';

/** Lets only our handler see an error. */
function crash(error: unknown): void {
  (process as EventEmitter).emit('uncaughtException', error, 'uncaughtException');
}

describe('watchCrashes', () => {
  it('reports the reason of a crash to the primary without its secrets', () => {
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    onTestFinished(() => {
      process.removeAllListeners('uncaughtException');
      for (const other of others) process.on('uncaughtException', other);
    });
    processRedactor().hide(['tax-id']);
    const reasons: string[] = [];
    watchCrashes({
      onCrash: (reason) => void reasons.push(reason),
      onTooMany: () => undefined,
    });
    // Without LoggingModule, errors are written to the console.
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    crash(new Error('taxId=DE-123 password=hunter2'));
    expect(reasons).toEqual(['uncaught exception: Error: taxId=[redacted] password=[redacted]']);
  });
});
