import type { AccessLevel } from '../../common/http/secondary-listener.options.ts';
import { LEVEL_NAMES } from '../../logging/levels.ts';
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

const CHANGED = enveloped(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        worker: { type: 'number' },
        value: { $ref: '#/components/schemas/LevelsSnapshot' },
      },
      required: ['worker', 'value'],
    },
  },
  { outcomes: { type: 'array', items: { $ref: '#/components/schemas/WorkerOutcome' } } },
);

const LEVEL_CHANGE = {
  type: 'object',
  properties: {
    context: { type: 'string', description: 'Logger context; `*`: all.' },
    level: {
      enum: [...LEVEL_NAMES, null],
      description: 'Null ends the override.',
    },
    ttlMs: { type: 'number', minimum: 1, default: 600_000 },
  },
  required: ['context', 'level'],
  additionalProperties: false,
};

const TEXT = { type: 'string' };

const service = (id: string, summary: string, about: string, access: AccessLevel): Json => ({
  ...aboutOf(id, summary, about, access),
  tags: ['Service'],
});

const pathParameter = (description: string): Json => {
  return { name: 'name', in: 'path', required: true, description, schema: TEXT };
};

/** Paths that are no pages. */
export const SERVICE_PATHS: readonly PathEntry[] = [
  [
    '/api/v1',
    {
      get: {
        ...service('get-index', 'Index', 'All resources.', 'read'),
        responses: {
          '200': answer('All resources', 'application/json', {
            type: 'object',
            properties: {
              links: { type: 'array', items: { $ref: '#/components/schemas/IndexEntry' } },
            },
            required: ['links'],
          }),
          ...PROBLEMS,
        },
      },
    },
  ],
  [
    '/api/v1/openapi.json',
    {
      get: {
        ...service('get-openapi', 'OpenAPI', 'This description.', 'read'),
        responses: {
          '200': answer('OpenAPI 3.1', 'application/json', { type: 'object' }),
          ...PROBLEMS,
        },
      },
    },
  ],
  [
    '/api/v1/log-levels',
    {
      post: {
        ...service('set-log-level', 'Set a log level', 'For a while, in every worker.', 'operate'),
        requestBody: body(LEVEL_CHANGE, true),
        responses: {
          '200': answer('Every worker did it', 'application/json', CHANGED),
          '207': answer('Some workers did it: see `outcomes`', 'application/json', CHANGED),
          ...CHANGE_PROBLEMS,
          '502': { $ref: '#/components/responses/Problem' },
        },
      },
    },
  ],
  [
    '/api/v1/operations/{name}',
    {
      delete: {
        ...service('cancel-operation', 'Cancel', 'Cancels a run, by its id.', 'operate'),
        parameters: [pathParameter('Id of a run.')],
        responses: { '200': answer('The run', 'application/json', RUN), ...PROBLEMS },
      },
    },
  ],
  [
    '/api/v1/artifacts/{name}',
    {
      get: {
        ...service('get-artifact', 'File of a run', 'Kept for an hour.', 'operate'),
        parameters: [pathParameter('Id of a file.')],
        responses: {
          '200': answer('The file', 'application/octet-stream', { type: 'string' }),
          ...PROBLEMS,
        },
      },
    },
  ],
  [
    '/metrics',
    {
      get: {
        ...service('get-metrics', 'Metrics', 'For Prometheus.', 'read'),
        responses: { '200': answer('Metrics', 'text/plain', TEXT), ...PROBLEMS },
      },
    },
  ],
  ...['livez', 'readyz'].map((name): PathEntry => [
    `/${name}`,
    {
      get: {
        ...service(`get-${name}`, name, 'Probe, open to everyone.', 'none'),
        security: [{}],
        responses: {
          '200': answer('Yes', 'text/plain', TEXT),
          '503': answer('No', 'text/plain', TEXT),
          '4XX': { $ref: '#/components/responses/Problem' },
        },
      },
    },
  ]),
];
