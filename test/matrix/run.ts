import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The Nodes that the package is for, the oldest that `engines` allows among them; each comes from
 * the registry's `node` package. With `--node 22.19.0`, that one alone.
 */
const VERSIONS = ['22.19.0', '22', '24.0.0', '24', '26'];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

const [option, only, ...others] = process.argv.slice(2);
const isOne = option === '--node' && only !== undefined;
const versions = isOne ? [only] : VERSIONS;
const args = isOne ? others : process.argv.slice(2);

/** Runs all tests on every Node, one after the other. Fails with the first that fails. */
for (const version of versions) {
  const bin = install(version);
  const node = join(bin, 'node');
  const told = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  console.log(`\n=== Node ${told}`);
  execFileSync(node, [VITEST, 'run', ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    // What tests start finds the same Node first.
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  });
}

/** Folder with the binary of a version, in the system's temporary folder. */
function install(version: string): string {
  const folder = join(tmpdir(), `buttress-node-${version}`);
  const bin = join(folder, 'node_modules', 'node', 'bin');
  if (existsSync(join(bin, 'node'))) return bin;
  mkdirSync(folder, { recursive: true });
  // The package fetches its binary in a script, which npm runs only when it is allowed to.
  const manifest = { private: true, allowScripts: { node: true } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const options = ['--no-audit', '--no-fund', '--prefix', folder];
  execFileSync('npm', ['install', ...options, `node@${version}`], { stdio: 'inherit' });
  return bin;
}
