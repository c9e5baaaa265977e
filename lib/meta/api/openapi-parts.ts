import type { AccessLevel } from '../../common/http/secondary-listener.options.ts';
import type { JsonSchema } from './json-schema.ts';

/** Part of an OpenAPI description. */
export type Json = Readonly<Record<string, unknown>>;

/** Path of an OpenAPI description, and its methods. */
export type PathEntry = readonly [path: string, methods: Json];

export const RUN: JsonSchema = { $ref: '#/components/schemas/OperationRun' };

/** Problems that every request may meet. */
export const PROBLEMS = {
  '400': { $ref: '#/components/responses/Problem' },
  '401': { $ref: '#/components/responses/Problem' },
  '403': { $ref: '#/components/responses/Problem' },
  '404': { $ref: '#/components/responses/Problem' },
  default: { $ref: '#/components/responses/Problem' },
};

/** Problems of requests that change something, besides those of all. */
export const CHANGE_PROBLEMS = {
  ...PROBLEMS,
  '409': { $ref: '#/components/responses/Problem' },
  '415': { $ref: '#/components/responses/Problem' },
  '429': { $ref: '#/components/responses/Problem' },
};

/** Common part of all requests. */
export function aboutOf(
  operationId: string,
  summary: string,
  about: string,
  access: AccessLevel,
): Json {
  const description = `${about} Needs access \`${access}\`.`;
  return { operationId, summary, description, 'x-access': access };
}

/** Schema of an envelope with `data`. @param more schemas of further fields */
export function enveloped(data: JsonSchema, more: Json = {}): Json {
  return {
    allOf: [{ $ref: '#/components/schemas/Envelope' }, { properties: { data, ...more } }],
  };
}

/** Answer with a body of one type. */
export function answer(description: string, type: string, schema: unknown): Json {
  return { description, content: { [type]: { schema } } };
}

/** Body of a request, as JSON. */
export function body(schema: unknown, isRequired: boolean): Json {
  return { required: isRequired, content: { 'application/json': { schema } } };
}
