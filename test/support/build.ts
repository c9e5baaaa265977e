import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TSC = fileURLToPath(
  new URL('../../node_modules/@typescript/native/bin/tsc', import.meta.url),
);

/** What e2e tests run as real processes, in order. */
const STEPS = [
  [TSC, '-p', 'tsconfig.build.json'],
  ['.bundle.mjs'],
  [TSC, '-p', 'sample/receipts/tsconfig.json'],
  [TSC, '-p', 'test/fixtures/tsconfig.json'],
];

/** Set once they are built: each project of tests that needs them asks for it. */
const BUILT = 'BUILT_FOR_TESTS';

/** Builds what the e2e tests start: workers run compiled code, as they do for users. */
export default function build(): void {
  if (process.env[BUILT] === 'yes') return;
  for (const step of STEPS) {
    execFileSync(process.execPath, step, { cwd: ROOT, stdio: 'inherit' });
  }
  process.env[BUILT] = 'yes';
}
