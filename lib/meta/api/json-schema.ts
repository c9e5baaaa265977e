/** Part of JSON Schema 2020-12 that the schemas of the answers use. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: 'array' | 'boolean' | 'integer' | 'null' | 'number' | 'object' | 'string';
  readonly format?: 'date-time';
  readonly const?: string | number;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly description?: string;
}

/** Schemas of all answers. */
export interface ApiSchemas {
  /** Data of the pages, by their names. */
  readonly pages: Readonly<Record<string, JsonSchema>>;
  /** Data of the items of pages, by the names of the pages. */
  readonly items: Readonly<Record<string, JsonSchema>>;
  /** Shared schemas: those that `#/components/schemas/NAME` refers to. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}
