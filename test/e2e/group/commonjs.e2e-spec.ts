import { describe, expect, it } from 'vitest';

import { compiledConsumer, serve, SERVED } from './compiled-consumers.ts';

describe('A Group in a project of CommonJS', () => {
  it('R25 serves an application and a setup that TypeScript 7 compiled.', async () => {
    expect(await serve(await compiledConsumer('CommonJS', 'TypeScript 7'))).toEqual(SERVED);
  });
});
