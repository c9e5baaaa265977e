import type { Operation } from '../operations/operation.ts';
import { type Page, parametersOf } from '../pages/page.ts';
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
      `/api/v1/operations/${operation.name}`,
      startOf(operation),
    ]),
    ...SERVICE_PATHS,
  ];
  return {
    openapi: '3.1.1',
    info: { title, version, description: ABOUT, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The listener of the pages' }],
    security: [{ basic: [] }, {}],
    tags: [...new Set(pages.map(({ section }) => section)), 'Service'].map((name) => ({ name })),
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
    description: item.about,
    schema: { type: 'string' },
  };
  const read = readOf(page, `get-${name}-item`, SCHEMAS.items[name] ?? {}, [parameter]);
  return [own, [`/api/v1/${name}/{name}`, { get: read }]];
}

function readOf(page: Page, id: string, data: JsonSchema, path: readonly Json[] = []): Json {
  const isItem = path.length > 0;
  const isStreamed = !isItem && page.live !== undefined;
  const parameters = parametersOf(page, isItem);
  const all = isStreamed ? { ...parameters, follow: FOLLOW } : parameters;
  return {
    ...aboutOf(id, page.title, page.about, page.access),
    tags: [page.section],
    parameters: [...path, ...queryOf(all)],
    responses: {
      '200': {
        description: page.about,
        content: {
          'application/json': { schema: enveloped(data) },
          ...(isStreamed ? STREAMED : {}),
        },
      },
      ...PROBLEMS,
    },
  };
}

/** Formats of live streams, with `follow`. */
const STREAMED = {
  'application/x-ndjson': {
    schema: {
      type: 'string',
      description: 'With `follow`: a `StreamEvent` per line.',
      contentMediaType: 'application/json',
      contentSchema: { $ref: '#/components/schemas/StreamEvent' },
    },
  },
  'text/event-stream': {
    schema: {
      type: 'string',
      description: 'With `follow`: events named by their `type`, with a `StreamEvent` as data.',
    },
  },
};

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
      ...aboutOf(
        `start-${name.replaceAll('.', '-')}`,
        title,
        `${summary ?? title}${allowed}`,
        access,
      ),
      tags: ['Operations'],
      requestBody: body(input, input.required !== undefined),
      responses: {
        '202': {
          ...answer('It runs; `Location` tells how far it is.', 'application/json', STARTED),
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
