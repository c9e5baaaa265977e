import { beforeAll, beforeEach, onTestFailed } from 'vitest';

import { endGroup, type GroupSetup, openGroup, type TestGroup } from './test-group.ts';

/**
 * One group for all tests of a `describe`, started before the first of them: each leaves it with all
 * of its workers READY. @returns what gives the group to a test
 */
export function sharedGroup(setup: GroupSetup | (() => Promise<GroupSetup>)): () => TestGroup {
  let group: TestGroup;
  beforeAll(async () => {
    group = await openGroup(typeof setup === 'function' ? await setup() : setup);
    await group.untilAllReady();
    return () => endGroup(group);
  });
  beforeEach(() => onTestFailed(() => console.error(group.output)));
  return () => group;
}
