import { url as inspectorUrl } from 'node:inspector';

/** Whether the inspector listens, so that a debugger may stop this process. */
export function isInspectorOpen(): boolean {
  return inspectorUrl() !== undefined;
}
