import { Body, Controller, Post } from '@nestjs/common';
import { describe, expect, it } from 'vitest';

import { startApp } from '../support/nest-app.ts';
import { uploadBlindly } from '../support/upload.ts';

@Controller()
class UploadController {
  @Post('upload')
  upload(@Body() body: string): number {
    return body.length;
  }
}

const metadata = { controllers: [UploadController] };

describe('An upload that is given up', () => {
  it('R39 shows its status, where it took too long', async () => {
    const adapter = { requestTimeout: 500, http: { headersTimeout: 500 } };
    const { port } = await startApp(metadata, { adapter });
    const upload = { port, path: '/upload', bytes: 400_000, overMs: 3_000 };
    expect(await uploadBlindly(upload)).toBe(408);
  });

  it('R39 shows its status, where its headers are too long', async () => {
    const { port } = await startApp(metadata);
    const headers = { 'x-long': 'x'.repeat(100_000) };
    expect(await uploadBlindly({ port, path: '/upload', bytes: 8 << 20, headers })).toBe(431);
  });

  it('R39 shows its status, where it is no HTTP', async () => {
    const { port } = await startApp(metadata);
    const headers = { 'transfer-encoding': 'chunked' };
    expect(await uploadBlindly({ port, path: '/upload', bytes: 8 << 20, headers })).toBe(400);
  });
});
