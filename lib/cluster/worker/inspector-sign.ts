import { url as inspectorUrl } from 'node:inspector';

/** Whether a debugger may stop this process: its inspector listens. */
export function isInspectorOpen(): boolean {
  return inspectorUrl() !== undefined;
}

/** Tells, first and at each change, whether the inspector of this process is open. */
export class InspectorSign {
  readonly #tell: (isOpen: boolean) => void;
  #told: boolean | undefined;

  constructor(tell: (isOpen: boolean) => void) {
    this.#tell = tell;
  }

  look(): void {
    const isOpen = isInspectorOpen();
    if (isOpen === this.#told) return;
    this.#told = isOpen;
    this.#tell(isOpen);
  }
}
