import { ButtressError } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { isLasting } from '../../../../lib/cluster/worker/lasting-error.ts';
import { integerOption } from '../../../../lib/common/options/checks.ts';
import { MetaSetupError } from '../../../../lib/meta/meta.errors.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** What a module with that source fails with. */
function importing(source: string): Promise<unknown> {
  return import(/* @vite-ignore */ `data:text/javascript,${source}`).catch(
    (error: unknown) => error,
  );
}

const wrongOption = thrownBy(() => integerOption('workers', -1, { min: 0, max: 1 }));

describe('R43: an error of a start', () => {
  it('lasts when another start with the same code and options meets it again', async () => {
    expect(isLasting(wrongOption)).toBe(true);
    expect(isLasting(new ButtressError('ERR_BUTTRESS_THREADS_METHODS', 'missing'))).toBe(true);
    expect(isLasting(new MetaSetupError('no password'))).toBe(true);
    expect(isLasting(new MetaSetupError('not loaded', { cause: wrongOption }))).toBe(true);
    expect(isLasting(Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' }))).toBe(
      true,
    );
  });

  it('may be of a moment otherwise', async () => {
    const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    for (const error of [
      refused,
      new TypeError('fetch failed', { cause: refused }),
      new MetaSetupError('not loaded', { cause: refused }),
      new ButtressError('ERR_BUTTRESS_CONNECTION_REFUSED', 'refused', { statusCode: 503 }),
      Object.assign(new Error('in use'), { code: 'EADDRINUSE' }),
      thrownBy(() => JSON.parse('<html>')),
      await new Response('<html>').json().catch((cause: unknown) => cause),
      await importing('JSON.parse("<html>")'),
      'thrown',
      undefined,
    ]) {
      expect(isLasting(error)).toBe(false);
    }
  });

  it('ends the search in causes that have no end', () => {
    const error = new MetaSetupError('itself');
    Object.defineProperty(error, 'cause', { value: error });
    expect(isLasting(error)).toBe(false);
  });
});
