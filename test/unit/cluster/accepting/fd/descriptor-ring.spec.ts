import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  DescriptorRing,
  RING_CAPACITY,
} from '../../../../../lib/cluster/accepting/fd/descriptor-ring.ts';
import {
  ListenTable,
  MAX_LISTENING,
} from '../../../../../lib/cluster/accepting/fd/listen-table.ts';

describe('DescriptorRing', () => {
  it('keeps the order and never holds more than its capacity', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (isPush) => {
        const ring = new DescriptorRing();
        const reader = new DescriptorRing(ring.memory);
        const expected: number[] = [];
        for (const [fd, push] of isPush.entries()) {
          if (push && !ring.isFull) {
            ring.push({ listener: 3, fd });
            expected.push(fd);
          } else {
            expect(reader.shift()?.fd).toBe(expected.shift());
          }
          expect(ring.length).toBe(expected.length);
          expect(ring.length).toBeLessThanOrEqual(RING_CAPACITY);
        }
      }),
    );
  });

  it('has its reader woken once per sleep', () => {
    const ring = new DescriptorRing();
    expect(ring.takeSleep()).toBe(false);
    ring.sleep();
    expect(ring.takeSleep()).toBe(true);
    expect(ring.takeSleep()).toBe(false);
  });

  it('tells how many its writer has yet to push', () => {
    const ring = new DescriptorRing();
    ring.behind = 3;
    expect(new DescriptorRing(ring.memory).behind).toBe(3);
    expect(ring.length).toBe(0);
  });

  it('waits for no room when it is stopped', () => {
    const ring = new DescriptorRing();
    for (let fd = 0; fd < RING_CAPACITY; fd++) ring.push({ listener: 1, fd });
    ring.stop();
    ring.waitForRoom();
    expect(ring.isFull).toBe(true);
  });
});

describe('ListenTable', () => {
  it('gives a place back only when the thread has closed the socket', () => {
    const table = new ListenTable();
    const thread = new ListenTable(table.memory);
    for (let fd = 1; fd <= MAX_LISTENING; fd++) expect(add(table, fd, 7)).toBe(true);
    expect(add(table, 1_000, 7)).toBe(false);

    table.close(5);
    expect(table.closing).toBe(1);
    expect(add(table, 1_000, 8)).toBe(false);
    const closing = thread.entries().find(({ isClosing }) => isClosing);
    expect(closing).toEqual({
      index: 4,
      fd: 5,
      listener: 7,
      clientFirst: false,
      isClosing: true,
    });
    if (closing !== undefined) thread.closed(closing);
    expect(table.closing).toBe(0);
    expect(add(table, 1_000, 8)).toBe(true);
    expect(thread.entries().at(4)).toMatchObject({ fd: 1_000, listener: 8, clientFirst: true });
  });
});

/** Clients of even listeners speak first. */
function add(table: ListenTable, fd: number, listener: number): boolean {
  return table.add({ fd, listener, clientFirst: listener % 2 === 0 });
}
