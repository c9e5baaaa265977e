import type { Operation } from '../operations/operation.ts';
import { type LiveRecords, type Page, parametersOf } from '../pages/page.ts';
import type { Section } from '../pages/sections.ts';
import type { JsonSchema } from './json-schema.ts';
import {
  aboutOf,
  answer,
  body,
  CHANGE_PROBLEMS,
  enveloped,
  type Json,
  type PathEntry,
  PROBLEMS,
  RUN,
} from './openapi-parts.ts';
import { SERVICE_PATHS } from './openapi-service.ts';
import { operationSchema } from './operation-schema.ts';
import { FOLLOW, type Parameters } from './parameter.ts';
import { SCHEMAS } from './schemas.ts';

export interface OpenApiParts {
  title: string;
  /** Version of this package. */
  version: string;
  /** Pages that the visitor may see. */
  pages: readonly Page[];
  /** Operations that the visitor may start. */
  operations: readonly Operation[];
}

const ABOUT =
  'State of every worker, and operations on them. Each answer is an envelope with the time, the ' +
  'workers that it covers, and `data`. Points in time are ISO 8601 in UTC, durations end in `Ms`. ' +
  'Unknown parameters and fields are refused. Later versions may add fields to answers.';

/** Describes the JSON of the pages: OpenAPI 3.1, from the pages, the operations and their types. */
export function openApi({ title, version, pages, operations }: OpenApiParts): Json {
  const paths: PathEntry[] = [
    ...pages.flatMap(pathsOf),
    ...operations.map((operation): PathEntry => [
      `/api/v1/operations/${encodeURIComponent(operation.name)}`,
      startOf(operation),
    ]),
    ...SERVICE_PATHS,
  ];
  return {
    openapi: '3.1.1',
    info: { title, version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The listener of the pages' }],
    security: [{ basic: [] }, {}],
    tags: tagsOf(pages),
    paths: merged(paths),
    components: {
      schemas: { ...SCHEMAS.definitions, ...ENVELOPE },
      responses: { Problem: answer('Refused, or failed', 'application/problem+json', PROBLEM) },
      securitySchemes: {
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'Needed where `setup` of the listener names users.',
        },
      },
    },
  };
}

/** Sections of the navigation that have pages, and the rest. */
const TAGS: Readonly<Record<Section | 'Service', string>> = {
  Overview: 'Known problems and events.',
  Workers: 'Processes, their ends and their event loops.',
  Requests: 'Requests in flight and ended, and routes.',
  Overload: 'Connections and requests that wait, and those that are refused.',
  Threads: 'Thread pools.',
  Dependencies: 'Services that the application calls.',
  Errors: 'Logged errors.',
  Logs: 'Log records and levels.',
  Metrics: 'Statistics.',
  Configuration: 'Modules, options and settings of the application.',
  Operations: 'Operations on the workers.',
  Custom: 'Pages of the application.',
  Service: 'Endpoints other than pages.',
};

function tagsOf(pages: readonly Page[]): Json[] {
  const used = new Set<string>([...pages.map(({ section }) => section), 'Operations', 'Service']);
  const tags = Object.entries(TAGS).filter(([name]) => used.has(name));
  return tags.map(([name, description]) => ({ name, description }));
}

/** A path may have methods from several sources. */
function merged(paths: readonly PathEntry[]): Json {
  const all = new Map<string, Json>();
  for (const [path, methods] of paths) all.set(path, { ...all.get(path), ...methods });
  return Object.fromEntries(all);
}

const PROBLEM: JsonSchema = { $ref: '#/components/schemas/PagesProblem' };

const ENVELOPE: Readonly<Record<string, JsonSchema>> = {
  Envelope: {
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time', description: 'Time of the answer.' },
      workers: { $ref: '#/components/schemas/Coverage' },
      primarySilentSince: {
        type: 'string',
        format: 'date-time',
        description:
          "Time of the primary's last answer, from which its figures date. Absent: it answers.",
      },
      data: {},
      next: {
        anyOf: [{ type: 'string' }, { type: 'null' }],
        description: 'Value of `cursor` for the next part of the lists; null: there is none.',
      },
    },
    required: ['at', 'workers', 'data'],
  },
};

function pathsOf(page: Page): PathEntry[] {
  const { name, item } = page;
  const data = SCHEMAS.pages[name] ?? {};
  const own: PathEntry = [`/api/v1/${name}`, { get: readOf(page, `get-${name}`, data) }];
  if (item === undefined) return [own];
  const parameter = {
    name: 'name',
    in: 'path',
    required: true,
    description: item.named,
    schema: { type: 'string' },
  };
  const read = readOf(page, `get-${name}-item`, SCHEMAS.items[name] ?? {}, [parameter]);
  return [own, [`/api/v1/${name}/{name}`, { get: read }]];
}

function readOf(page: Page, id: string, data: JsonSchema, path: readonly Json[] = []): Json {
  const isItem = path.length > 0;
  const live = isItem ? undefined : page.live;
  const parameters = parametersOf(page, isItem);
  const all = live === undefined ? parameters : { ...parameters, follow: FOLLOW };
  return {
    ...aboutOf(id, page.title, page.about, page.access),
    tags: [page.section],
    parameters: [...path, ...queryOf(all)],
    responses: {
      '200': {
        description: page.about,
        content: {
          'application/json': { schema: enveloped(data) },
          ...(live === undefined ? {} : streamsOf(live)),
        },
      },
      ...PROBLEMS,
    },
  };
}

/** Formats of live streams, with `follow`. */
function streamsOf({ schema }: LiveRecords): Json {
  const record = { properties: { record: { $ref: `#/components/schemas/${schema}` } } };
  const event = { allOf: [{ $ref: '#/components/schemas/StreamEvent' }, record] };
  const content = { contentMediaType: 'application/json', contentSchema: event };
  const lines = 'With `follow`: an event per line.';
  const named = 'With `follow`: events named by their `type`, with such an object as data.';
  return {
    'application/x-ndjson': { schema: { type: 'string', description: lines, ...content } },
    'text/event-stream': { schema: { type: 'string', description: named, ...content } },
  };
}

function queryOf(parameters: Parameters): Json[] {
  return Object.entries(parameters).map(([name, { about, schema }]) => {
    return { name, in: 'query', description: about, schema };
  });
}

function startOf(operation: Operation): Json {
  const { name, title, summary, access, guard } = operation;
  const allowed = guard === undefined ? '' : ` Must be named in \`allow\` of the listener.`;
  const input = operationSchema(operation);
  return {
    post: {
      ...aboutOf(`start-${name}`, title, `${summary ?? title}${allowed}`, access),
      tags: ['Operations'],
      requestBody: body(input, input.required !== undefined),
      responses: {
        '202': {
          ...answer('Started; `Location` has its progress.', 'application/json', STARTED),
          headers: {
            location: { description: 'Path of the run.', schema: { type: 'string' } },
          },
        },
        ...CHANGE_PROBLEMS,
      },
    },
  };
}

const STARTED = {
  allOf: [RUN, { properties: { href: { type: 'string' } }, required: ['href'] }],
};
