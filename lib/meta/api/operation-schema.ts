import type { OperationField } from '../../reports/reports.ts';
import type { Operation } from '../operations/operation.ts';

/** JSON Schema of the input of an operation. */
export interface InputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** Describes the fields that an operation takes as JSON, with the confirmation that it asks for. */
export function operationSchema({ fields = [], confirmation }: Operation): InputSchema {
  const properties = fields.map((field) => [field.name, fieldSchema(field)] as const);
  const required = fields.filter(isRequired).map(({ name }) => name);
  const confirm = confirmation === undefined ? [] : [['confirm', { const: confirmation }] as const];
  const needed = [...required, ...confirm.map(([name]) => name)];
  return {
    type: 'object',
    properties: Object.fromEntries([...properties, ...confirm]),
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: false,
  };
}

function isRequired({ preset, isOptional, kind }: OperationField): boolean {
  return preset === undefined && isOptional !== true && kind !== 'flag';
}

function fieldSchema({ label, kind, choices = [], preset }: OperationField): object {
  const about = { description: label, ...(preset === undefined ? {} : { default: preset }) };
  if (kind === 'choice') return { ...about, enum: choices };
  return { ...about, type: TYPES[kind] };
}

const TYPES = {
  text: 'string',
  number: 'number',
  flag: 'boolean',
  scalar: ['string', 'number', 'boolean'],
} as const;
