/** The line by which a Group's primary tells of each worker: whoever measures counts them. */
export function tellReady(): void {
  process.stderr.write(`${JSON.stringify({ msg: 'worker ready' })}\n`);
}
