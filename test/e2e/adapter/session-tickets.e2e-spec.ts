import { describe, expect, it } from 'vitest';

import { requestText } from '../../support/raw-connection.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { exchangeOverTls, type TlsTerms } from '../../support/tls-client.ts';
import { until } from '../../support/until.ts';

const OPTIONS = { workers: 2, reload: { canaryMs: 100 } };

/** A busy machine starts workers slowly. */
const LONG = { withinMs: 60_000 };

interface Answered {
  pid: number;
  isReused: boolean;
  session: Buffer;
}

/** Which worker answers on a new connection, and whether it resumes the session. */
async function ask({ port }: TestGroup, terms: TlsTerms): Promise<Answered> {
  const { answer, ...rest } = await exchangeOverTls(port, requestText('/lab/who'), terms);
  const body = answer.slice(answer.indexOf('\r\n\r\n'));
  return { ...rest, pid: (JSON.parse(body) as { pid: number }).pid };
}

describe('TLS sessions of a group', () => {
  it.each([
    ['HTTPS', 'tls.app'],
    ['HTTP/2', 'http2.app'],
  ] as const)(
    'R32 are resumed by every worker, also after a reload and with TLS 1.2: %s',
    async (_what, app) => {
      const group = await startGroup({ app, options: OPTIONS });
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one version after the other
        const { session } = await ask(group, { version });
        const answers: Answered[] = [];
        // oxlint-disable-next-line no-await-in-loop -- one version after the other
        await until(
          'an answer of each worker',
          async () => {
            answers.push(await ask(group, { version, session }));
            return new Set(answers.map(({ pid }) => pid)).size === OPTIONS.workers;
          },
          LONG,
        );
        expect(answers.filter(({ isReused }) => !isReused)).toEqual([]);
      }

      const { session } = await ask(group, { version: 'TLSv1.3' });
      const before = await group.pids();
      group.signal('SIGHUP');
      await until('the reload', () => group.log.some(({ msg }) => msg === 'reloaded'), LONG);
      const { pid, isReused } = await ask(group, { version: 'TLSv1.3', session });
      expect(before).not.toContain(pid);
      expect(isReused).toBe(true);
    },
  );
});
