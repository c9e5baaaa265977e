import { isInspectorOpen } from '../../common/process/inspector-open.ts';

/** Reports whether the inspector is open: at the first look and at each change. */
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
