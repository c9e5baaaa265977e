import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { describe, expect, it } from 'vitest';

const PACKAGE = new URL('../../../dist/index.js', import.meta.url).href;
const CLUSTER = new URL('../../../dist/cluster.js', import.meta.url).href;

const SCRIPT = `
await import('${PACKAGE}');
const { runSingle } = await import('${CLUSTER}');
await runSingle(() => ({})).catch(({ code }) => console.log(code));
`;

function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' });
}

/** A Node that this package does not support, where the machine has one. */
function oldNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const nodes = folders.map((folder) => join(folder, 'node')).filter((path) => existsSync(path));
  return nodes.find((node) => versionOf(node).startsWith('v20.'));
}

describe('A Node that is too old', () => {
  it('R43 loads the package, which says which Node it needs.', ({ skip }) => {
    const node = oldNode();
    skip(node === undefined, 'there is no Node 20 here');
    const args = ['--input-type=module', '--eval', SCRIPT];
    const printed = execFileSync(node ?? '', args, { encoding: 'utf8' });
    expect(printed).toBe('ERR_BUTTRESS_CLUSTER_NODE\n');
  });
});
