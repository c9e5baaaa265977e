import { describe, expect, it } from 'vitest';

import { isOfNode } from '../../../../lib/cluster/primary/primary-guard.ts';

const NODES = `TypeError: no
    at Server.listen (node:net:2001:9)
    at queryServer (node:internal/cluster/primary:301:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:91:21)`;

const ASSERTION = `Error [ERR_INTERNAL_ASSERTION]: This is caused by either a bug in Node.js or
Please open an issue with this stack trace

    at assert (node:internal/assert:11:11)
    at ChildProcess.<anonymous> (node:internal/child_process:709:7)
    at ChildProcess.emit (node:events:526:24)`;

const NO_JSON = `SyntaxError: Expected property name or '}' in JSON at position 1
    at JSON.parse (<anonymous>)
    at parseChannelMessages (node:internal/child_process/serialization:174:26)
    at channel.onread (node:internal/child_process:616:61)`;

describe('guardPrimary', () => {
  it('tells errors of what Node reads from children from all others', () => {
    expect(isOfNode(NODES)).toBe(true);
    expect(isOfNode(ASSERTION)).toBe(true);
    expect(isOfNode(NO_JSON)).toBe(true);
    expect(isOfNode(`${NODES}\n    at f (file:///app/main.js:1:1)`)).toBe(false);
    expect(isOfNode('Error: x\n    at Timeout (node:internal/timers:1:1)')).toBe(false);
    expect(isOfNode('Error: x')).toBe(false);
  });
});
