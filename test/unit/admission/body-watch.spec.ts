import { onTestFinished, describe, expect, it } from 'vitest';

import { BodyWatch } from '../../../lib/admission/body-watch.ts';

/** A watch with room for `maxBodies`, and the names of the bodies that it gave up. */
function watchOf(maxBodies: number) {
  const clock = { time: 0, now: () => clock.time };
  const watch = new BodyWatch({ clock, maxBodies, minBytesPerSecond: 500, graceMs: 20_000 });
  onTestFinished(() => watch.stop());
  const givenUp: string[] = [];
  /** @returns adds bytes that its client sends */
  const add = (name: string): ((bytes: number) => void) => {
    const socket = { bytesRead: 200, destroyed: false };
    watch.add({ headers: {}, readableLength: 0, socket }, () => void givenUp.push(name));
    return (bytes) => void (socket.bytesRead += bytes);
  };
  return { clock, givenUp, add };
}

describe('the watch of bodies, when it is full', () => {
  it('R3: spares an upload beside a flood of bodies that do not come', () => {
    const { clock, givenUp, add } = watchOf(3);
    const send = add('upload');
    clock.time += 3_000;
    send(300_000);
    for (let silent = 0; silent < 6; silent++) {
      add(`silent ${silent}`);
      clock.time += 10;
    }
    expect(givenUp).toEqual(['silent 0', 'silent 1', 'silent 2', 'silent 3']);
  });

  it('R3: gives up the slowest, by what has come until now', () => {
    const { clock, givenUp, add } = watchOf(2);
    const sendFast = add('fast');
    const sendSlowly = add('slow');
    clock.time += 500;
    sendFast(5_000);
    sendSlowly(500);
    add('new');
    expect(givenUp).toEqual(['slow']);
  });
});
