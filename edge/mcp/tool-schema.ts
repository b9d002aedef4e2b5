import type { Schema } from '../docs/document.ts';

/**
 * What a tool takes: a body's schema of the OpenAPI document, so that a field's description is written once, without the
 * fields that a tool has no use for.
 */
export function toolSchema(schema: Schema, omitted: readonly string[]): Schema {
  const { properties = {}, required = [], description } = schema;
  const isKept = (name: string): boolean => !omitted.includes(name);
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => isKept(name))),
    required: required.filter(isKept),
    additionalProperties: false,
    ...(description !== undefined && { description }),
  };
}
