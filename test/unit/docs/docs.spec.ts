import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';

import { STAND_INS } from './stand-ins.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');

/** As a project of Nest has it. */
const COMPILER_OPTIONS = {
  target: 'ES2023',
  lib: ['ES2024'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  // The sources of the package are in the program, and are written for it.
  exactOptionalPropertyTypes: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  paths: {
    'nestjs-buttress': [join(ROOT, 'lib/index.ts')],
    'nestjs-buttress/clients/*': [join(ROOT, 'lib/connections/clients/*.ts')],
    'nestjs-buttress/*': [join(ROOT, 'lib/*.ts')],
  },
};

interface Block {
  /** Tells where it stands: `docs-threads-12`, the line included. */
  name: string;
  code: string;
}

function pages(): string[] {
  const found = ['docs', 'sample'].flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(directory, name)),
  );
  return ['README.md', ...found];
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(?:ts|typescript)\n([^]*?)^```/gm)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    const name = page.replace(/\.md$/, '').replaceAll(/\W+/g, '-');
    return { name: `${name}-${line}`, code: match[1] ?? '' };
  });
}

function isCommonJs({ code }: Block): boolean {
  return /^\/\/.*\bin CommonJS\b/.test(code);
}

/** What a compiler says of all of them in one program, as files that stand in one directory. */
function compile(blocks: readonly Block[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'docs-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const sources = join(directory, 'src');
  mkdirSync(sources);
  const write = (name: string, text: string): void => writeFileSync(join(sources, name), text);
  for (const [name, text] of Object.entries(STAND_INS)) write(name, text);
  for (const block of blocks) {
    const end = isCommonJs(block) ? 'cts' : 'ts';
    write(`${block.name}.${end}`, block.code);
  }
  const config = { compilerOptions: COMPILER_OPTIONS, include: ['src'] };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [TSC, '-p', directory, '--pretty', 'false'],
    {
      encoding: 'utf8',
      cwd: directory,
    },
  );
  return stdout + stderr;
}

const blocks = pages().flatMap(blocksOf);

describe('examples of the docs', () => {
  it('R43 All examples in TypeScript compile with the imports that they show.', () => {
    expect(blocks.length).toBeGreaterThan(35);
    expect(compile(blocks)).toBe('');
  });

  it('R43 An example that lacks an import, or returns nothing, does not compile.', () => {
    const wrong = [
      { name: 'lacking', code: 'new Group({ app: import.meta.url });\nexport {};\n' },
      { name: 'empty', code: 'export async function print(): Promise<Buffer> {}\n' },
    ];
    const output = compile(wrong);
    expect(output).toContain("src/lacking.ts(1,5): error TS2304: Cannot find name 'Group'");
    expect(output).toContain('src/empty.ts');
  });
});
