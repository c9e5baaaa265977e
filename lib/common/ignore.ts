/** Does nothing: for listeners and callbacks that must exist. */
export function ignore(): void {}
