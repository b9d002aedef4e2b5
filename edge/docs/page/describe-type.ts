import type { Schema } from '../document.ts';

export function nameOfReference(reference: string): string {
  return reference.slice(reference.lastIndexOf('/') + 1);
}

/** A schema's type in words: `integer or null`, `array of Image`. */
export function describeType(schema: Schema): string {
  const { $ref, type, format, items, anyOf, oneOf, allOf, additionalProperties } = schema;
  if ($ref !== undefined) return nameOfReference($ref);
  const parts = anyOf ?? oneOf ?? allOf;
  if (parts) return [...new Set(parts.map(describeType))].join(allOf ? ' and ' : ' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  const types = typeof type === 'string' ? [type] : (type ?? ['any']);
  return types
    .map((name) => {
      if (name === 'array' && items) return `array of ${describeType(items)}`;
      if (name === 'string' && format !== undefined) return `string (${format})`;
      if (name === 'object' && typeof additionalProperties === 'object') {
        return `object of ${describeType(additionalProperties)}`;
      }
      return name;
    })
    .join(' or ');
}

/** Limits and default: `1 … 10 · default 1`. */
export function describeLimits(schema: Schema): string {
  const { minimum, exclusiveMinimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const range = rangeOf(
    minimum ?? exclusiveMinimum,
    maximum,
    '',
    exclusiveMinimum === undefined ? '' : 'above ',
  );
  return [
    // zod's whole numbers have limits that say nothing.
    ...(maximum === Number.MAX_SAFE_INTEGER && minimum === Number.MIN_SAFE_INTEGER ? [] : range),
    ...rangeOf(minLength, maxLength, ' characters'),
    ...rangeOf(minItems, maxItems, ' items'),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
    ...(schema.example === undefined ? [] : [`as ${JSON.stringify(schema.example)}`]),
  ].join(' · ');
}

function rangeOf(min: number | undefined, max: number | undefined, unit: string, before = ''): string[] {
  if (min === undefined && max === undefined) return [];
  if (max === undefined || max === Number.MAX_SAFE_INTEGER) return [`${before}${min} or more${unit}`];
  return [min === undefined ? `at most ${max}${unit}` : `${before}${min} … ${max}${unit}`];
}
