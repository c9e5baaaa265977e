import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { Microservices } from '../../../../lib/cluster/worker/microservices.ts';

/** A strategy that does not extend Nest's server. */
class QueueStrategy {
  listen(): void {}
  close(): void {}
}

describe('R40 A microservice whose strategy does not tell of its messages', () => {
  it('is named at the start, and holds up no drain', async () => {
    const lines: unknown[] = [];
    const warn = vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line));
    onTestFinished(() => warn.mockRestore());
    const one = { getTransportServer: () => new QueueStrategy() };
    const microservices = new Microservices({ getMicroservices: () => [one] });
    expect(lines).toEqual([
      expect.stringMatching(/^QueueStrategy cannot be drained: .*lost at shutdown$/),
    ]);
    await microservices.drain(60_000);
  });
});
