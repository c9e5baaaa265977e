import { beforeAll, describe, expect, it } from 'vitest';

import type * as Http from '../../fixtures/threads/http.ts';

const { startHttp } = (await import(
  new URL('../../fixtures/dist/threads/http.js', import.meta.url).href
)) as typeof Http;

let url: string;
beforeAll(async () => {
  const app = await startHttp();
  url = await app.getUrl();
  return () => app.close();
});

describe('a route whose work is done in threads', () => {
  it('T4: answers 503 with Retry-After when the queue is full', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => fetch(`${url}/spin`)));
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(refused).toHaveLength(4);
    for (const { headers } of refused) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(answers.find(({ status }) => status === 200)?.headers.get('retry-after')).toBe(null);
  });

  it('T11: answers with the status of an exception that was thrown there', async () => {
    const answer = await fetch(`${url}/missing`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ message: 'not here' });
  });
});
