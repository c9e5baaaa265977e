import { UnsupportedNodeError } from './cluster.errors.ts';

/** @throws UnsupportedNodeError on a Node older than 22.19 */
export function assertSupportedNode(): void {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return;
  throw new UnsupportedNodeError(`v${node}`);
}
