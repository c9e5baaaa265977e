import workerpool from 'workerpool';

import type { Bytes } from './side.ts';

workerpool.worker({
  nothing: () => undefined,
  echo: (value: unknown) => value,
  move: (bytes: Bytes) => new workerpool.Transfer(bytes, [bytes.buffer]),
});
