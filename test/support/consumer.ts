import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = fileURLToPath(new URL('../consumers/', import.meta.url));
const MODULES = join(ROOT, 'node_modules');

/** Time for one process; none of them needs a tenth of it. */
const MOST_MS = 40_000;

export interface ConsumerSetup {
  /** `type` of its package. */
  type: 'module' | 'commonjs';
  /** Files below `test/consumers` by their names in the consumer. */
  sources: Record<string, string>;
  /**
   * The only packages that it can import, besides this one, as pnpm has it. @default all, as npm
   * does it with those that others need
   */
  packages?: readonly string[];
}

/** How a process went. */
export interface Run {
  code: number | null;
  output: string;
  tookMs: number;
}

/** Where a method ran, and what was injected there. */
export interface Place {
  threadId: number;
  word: string;
}

/** What consumers print. */
export interface Report {
  places?: Record<string, Place>;
  /** Why the application did not start. */
  error?: Told;
  /** Why a call failed. */
  callError?: Told;
}

/** An error as consumers print it. */
export interface Told {
  name: string;
  message: string;
  cause?: { name: string; message: string };
}

/** A project of a user: a directory of its own, with what npm would have installed there. */
export class Consumer {
  readonly directory: string;

  constructor({ type, sources, packages }: ConsumerSetup) {
    this.directory = mkdtempSync(join(tmpdir(), 'buttress-consumer-'));
    if (packages === undefined) install(this.directory);
    else installApart(this.directory, packages);
    this.#configure(type);
    for (const [target, source] of Object.entries(sources)) this.copy(source, target);
  }

  copy(source: string, target: string): void {
    const path = join(this.directory, target);
    mkdirSync(dirname(path), { recursive: true });
    cpSync(join(SOURCES, source), path);
  }

  read(path: string): string {
    return readFileSync(join(this.directory, path), 'utf8');
  }

  write(target: string, content: object | string): void {
    const path = join(this.directory, target);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** Takes away what was built. */
  clean(): void {
    rmSync(join(this.directory, 'dist'), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Where a script of a package of development lies. */
  script(name: string): string {
    return join(MODULES, name);
  }

  /** Runs a script of a package of development; fails with what it wrote. */
  async tool(script: string, ...args: string[]): Promise<void> {
    const { code, output } = await this.run([this.script(script), ...args]);
    if (code !== 0) throw new Error(`${script} ${args.join(' ')}: ${output}`);
  }

  /** Runs a process of Node to its end. */
  async run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    const startedAt = performance.now();
    const child = spawn(process.execPath, args, {
      cwd: this.directory,
      env: { ...plainEnvironment(), ...env },
      timeout: MOST_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once('error', reject).once('close', resolve);
    return { code: await promise, output, tookMs: performance.now() - startedAt };
  }

  /** Starts what was built and reads its report. It has to end by itself. */
  async start(...args: string[]): Promise<Report & { tookMs: number }> {
    const { code, output, tookMs } = await this.run(args);
    const line = output.split('\n').find((text) => text.startsWith('{'));
    if (code !== 0 || line === undefined) {
      throw new Error(`${args.join(' ')} ended with code ${code}: ${output}`);
    }
    return { ...(JSON.parse(line) as Report), tookMs };
  }

  /** Options of its compiler, besides the usual ones. */
  configure(compilerOptions: object): void {
    this.write('tsconfig.json', {
      compilerOptions: {
        target: 'ES2023',
        module: 'nodenext',
        strict: true,
        skipLibCheck: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        sourceMap: true,
        types: ['node'],
        rootDir: './src',
        outDir: './dist',
        ...compilerOptions,
      },
      include: ['src'],
    });
  }

  #configure(type: ConsumerSetup['type']): void {
    this.write('package.json', { name: 'consumer', version: '1.0.0', type });
    this.configure({});
    this.write('.swcrc', {
      jsc: {
        target: 'es2023',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: type === 'module' ? 'es6' : 'commonjs' },
      sourceMaps: true,
    });
  }
}

/** Where each method ran, with what was injected there, in names that can be told beforehand. */
export function whereAbouts(places: Report['places']): Record<string, string> {
  const names = new Map<number, string>([[0, 'here']]);
  const where: Record<string, string> = {};
  for (const [method, { threadId, word }] of Object.entries(places ?? {})) {
    const name = names.get(threadId) ?? `thread ${names.size}`;
    names.set(threadId, name);
    where[method] = `${name}, ${word}`;
  }
  return where;
}

/** What the service prints when each method ran where it should. */
export const IN_THREADS = {
  cpu: 'thread 1, sesame',
  io: 'thread 2, sesame',
  small: 'here, sesame',
  large: 'thread 1, sesame',
};

/** The environment of a shell: what the test runner adds would change what is tested. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:VITE|NODE_ENV|TEST$)/.test(name)));
}

/** Packages that are named, and this one, which alone finds all that it needs. */
function installApart(directory: string, packages: readonly string[]): void {
  const store = join(directory, 'store');
  mkdirSync(store);
  install(store);
  const target = join(directory, 'node_modules');
  for (const name of ['nestjs-buttress', ...packages]) {
    const link = join(target, name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(store, 'node_modules', name), link);
  }
}

/** Links to the packages that are installed here; this one is copied, as npm would. */
function install(directory: string): void {
  const target = join(directory, 'node_modules');
  mkdirSync(target);
  for (const name of readdirSync(MODULES)) {
    if (!name.startsWith('.')) symlinkSync(join(MODULES, name), join(target, name));
  }
  const own = join(target, 'nestjs-buttress');
  for (const name of ['package.json', 'dist']) {
    cpSync(join(ROOT, name), join(own, name), { recursive: true });
  }
  if (!existsSync(join(own, 'dist/index.js'))) throw new Error('the library is not built');
}
