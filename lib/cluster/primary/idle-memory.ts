import { MIB } from '../../common/mib.ts';
import { collectGarbage } from '../../common/process/collect-garbage.ts';
import { trimHeap } from '../../posix/native-heap.ts';

const LOOK_EVERY_MS = 5_000;

/** Event loop utilization below which a process counts as idle. */
const IDLE = 0.05;

/** Growth that is worth a collection. */
const GROWTH_BYTES = MIB;

/**
 * Gives back what the start and each busy time leave: looks every 5 s, returns freed native memory,
 * and collects garbage once the process is idle. A collection takes some 20 ms.
 *
 * @returns ends it
 */
export function keepSmall(): () => void {
  let utilization = performance.eventLoopUtilization();
  let fromBytes = heapUsed();
  const look = (): void => {
    const { utilization: latest } = performance.eventLoopUtilization(utilization);
    utilization = performance.eventLoopUtilization();
    if (latest < IDLE && heapUsed() - fromBytes > GROWTH_BYTES) {
      collectGarbage();
      fromBytes = heapUsed();
    }
    void trimHeap();
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => clearInterval(timer);
}

function heapUsed(): number {
  return process.memoryUsage().heapUsed;
}
