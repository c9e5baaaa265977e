import { Hasher, serve } from './serve.ts';
import { hashBlocks } from './work.ts';

/** On the main thread, as it is without further ado. */
class InlineHasher extends Hasher {
  async hash(blocks: number): Promise<string> {
    return hashBlocks(blocks);
  }
}

await serve({ providers: [{ provide: Hasher, useClass: InlineHasher }] });
