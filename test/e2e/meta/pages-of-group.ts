import type { TestGroup } from '../../support/test-group.ts';

/** What a JSON page answers about workers or queues. */
export interface Answer {
  at: string;
  workers: { expected: number; answered: number; missing: number[] };
  data: Record<string, unknown>[];
}

/** Where the pages are. */
export function metaUrl(group: TestGroup): string {
  const page = group.log.find(({ msg }) => msg.startsWith('pages on '));
  return page?.msg.replace('pages on ', '') ?? '';
}

export async function read(group: TestGroup, path: string): Promise<Answer> {
  const response = await fetch(`${metaUrl(group)}${path}`);
  return (await response.json()) as Answer;
}

export async function statusOf(url: string): Promise<number> {
  return (await fetch(url)).status;
}
