import { ConnectionManager } from 'nestjs-buttress';
import { ConnectionsModule } from 'nestjs-buttress/connections';
import { MetaModule } from 'nestjs-buttress/meta';
import { expect, it } from 'vitest';

import { processSettings } from '../../../lib/reports/process-settings.ts';
import { startApp } from '../../support/nest-app.ts';
import { AS_JSON, askPages } from '../../support/pages-app.ts';
import { until } from '../../support/until.ts';

it('Pages hold an address down in an application that has connections and nothing else of ours.', async () => {
  const address = '127.0.0.1:1';
  const { app } = await startApp({
    imports: [
      MetaModule.forRoot({ listener: { port: 0 } }),
      ConnectionsModule.forRoot({ services: { rates: { tiers: address } } }),
    ],
  });
  const pages = app.get(MetaModule).address ?? '';
  const run = async (name: string): Promise<unknown> => {
    const { headers } = await askPages(pages, `/api/v1/operations/${name}`, {
      method: 'POST',
      headers: AS_JSON,
      body: JSON.stringify({ address }),
    });
    return until('the end', async () => {
      const { body } = await askPages(pages, headers['location'] as string);
      const { data } = JSON.parse(body) as { data: { state: string } };
      return data.state !== 'RUNNING' && data;
    });
  };
  expect(await run('connections.hold-down')).toMatchObject({ state: 'DONE' });
  await expect(app.get(ConnectionManager).acquire('rates')).rejects.toMatchObject({
    code: 'ERR_BUTTRESS_CONNECTION_MARKED_DOWN',
  });
  expect(processSettings().changes).toHaveLength(1);
  expect(await run('connections.mark-up')).toMatchObject({ state: 'DONE' });
  expect(processSettings().changes).toEqual([]);
});
