import { Injectable } from '@nestjs/common';
import { ButtressModule, LivenessCheck, LivenessModule } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { processReports } from '../../lib/reports/process-reports.ts';
import { startApp } from '../support/nest-app.ts';
import { until } from '../support/until.ts';

@Injectable()
class Prices {
  @LivenessCheck()
  fits(): string {
    return 'no memory for postgres://clerk:hunter2@db/prices';
  }
}

@Injectable()
class Taxes {
  @LivenessCheck()
  fits(): string {
    return 'no row for taxId=123-45';
  }
}

describe('LivenessModule', () => {
  it('R43: reports the failure of a check without its secrets', async () => {
    const { app } = await startApp({ imports: [LivenessModule], providers: [Prices] });
    const [outcome] = await until('the first outcome', async () => {
      const outcomes = await processReports().read('liveness');
      return outcomes.length > 0 && outcomes;
    });
    expect(outcome).toMatchObject({ name: 'Prices.fits', status: 'down' });
    expect(outcome?.error).toMatch(/^no memory for postgres:/);
    expect(outcome?.error).not.toContain('hunter2');
    await app.close();
    expect(processReports().has('liveness')).toBe(false);
  });

  it('hides the fields that the pages have to hide', async () => {
    const { app } = await startApp({
      imports: [ButtressModule.forRoot({ meta: { redact: ['taxId'] } })],
      providers: [Taxes],
    });
    const [outcome] = await until('the first outcome', async () => {
      const outcomes = await processReports().read('liveness');
      return outcomes.length > 0 && outcomes;
    });
    expect(outcome?.error).toContain('taxId=');
    expect(outcome?.error).not.toContain('123-45');
    await app.close();
  });
});
