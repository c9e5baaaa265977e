import { parseArgs } from 'node:util';

import { accept } from './accept/accept.topic.ts';
import { admission } from './admission/admission.topic.ts';
import { bufferedSocket } from './buffered-socket/buffered-socket.topic.ts';
import { connections } from './connections/connections.topic.ts';
import { context } from './context/context.topic.ts';
import { memory } from './memory/memory.topic.ts';
import { meta } from './meta/meta.topic.ts';
import { reload } from './reload/reload.topic.ts';
import { responsiveness } from './responsiveness/responsiveness.topic.ts';
import { stack } from './stack/stack.topic.ts';
import { start } from './start/start.topic.ts';
import { stats } from './stats/stats.topic.ts';
import { seededRandom } from './support/random.ts';
import { jsonReporter, type Reporter, tableReporter } from './support/reporters.ts';
import type { BenchContext, Topic } from './support/topic.ts';
import { threads } from './threads/threads.topic.ts';

const TOPICS: readonly Topic[] = [
  accept,
  context,
  stats,
  stack,
  admission,
  threads,
  responsiveness,
  bufferedSocket,
  connections,
  meta,
  start,
  reload,
  memory,
];

const USAGE = `npm run bench -- TOPIC... [--json] [--quick] [--large]
topics: ${TOPICS.map(({ name }) => name).join(', ')}`;

/** The bootstrap draws the same samples every time. */
const SEED = 20_261_123;

process.exitCode = await main(process.argv.slice(2));

/** 0 when every bar is held, 1 when one is not, 2 for a wrong command line. */
async function main(args: string[]): Promise<0 | 1 | 2> {
  const request = readArguments(args);
  if (request === undefined) {
    console.error(USAGE);
    return 2;
  }
  const { topics, reporter, effort, isLarge } = request;
  let doAllHold = true;
  const bench: BenchContext = {
    effort,
    isLarge,
    random: seededRandom(SEED),
    report: (row) => {
      doAllHold &&= row.holds;
      reporter.row(row);
    },
    note: (text) => console.error(text),
  };
  // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
  for (const topic of topics) await topic.run(bench);
  reporter.end();
  return doAllHold ? 0 : 1;
}

interface Request {
  topics: readonly Topic[];
  reporter: Reporter;
  effort: BenchContext['effort'];
  isLarge: boolean;
}

function readArguments(args: string[]): Request | undefined {
  const options = {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    large: { type: 'boolean' },
  } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  const topics = TOPICS.filter(({ name }) => positionals.includes(name));
  if (topics.length === 0 || topics.length !== new Set(positionals).size) return undefined;
  const reporter = values.json === true ? jsonReporter(write) : tableReporter(write);
  const effort = values.quick === true ? 'quick' : 'full';
  return { topics, reporter, effort, isLarge: values.large === true };
}

function write(text: string): void {
  process.stdout.write(text);
}
