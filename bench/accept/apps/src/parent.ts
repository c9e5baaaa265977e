/** Tells whoever started this process that every worker takes connections. */
export function tellReady(): void {
  process.send?.('ready');
}

/** Ends this process when the one that started it is gone. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit(0));
}
