import fc from 'fast-check';
import { type OpenApiDocument, resolve, type Schema } from './openapi-document.ts';

type Arbitrary = fc.Arbitrary<unknown>;

/** Values that a schema allows. */
export function validValue(schema: Schema, document: OpenApiDocument): Arbitrary {
  const resolved = resolve(schema, document);
  const told = [resolved.example, resolved.default].filter((value) => value !== undefined);
  const any = anyOfSchema(resolved, document);
  return told.length === 0 ? any : fc.oneof(fc.constantFrom(...told), any);
}

function anyOfSchema(resolved: Schema, document: OpenApiDocument): Arbitrary {
  const { anyOf, oneOf, type } = resolved;
  if (resolved.const !== undefined) return fc.constant(resolved.const);
  if (resolved.enum) return fc.constantFrom(...resolved.enum);
  const alternatives = anyOf ?? oneOf;
  if (alternatives) return fc.oneof(...alternatives.map((each) => validValue(each, document)));
  const types = typeof type === 'string' ? [type] : (type ?? ['string']);
  return fc.oneof(...types.map((each) => ofType(each, resolved, document)));
}

function ofType(type: string, schema: Schema, document: OpenApiDocument): Arbitrary {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return anyInteger(schema);
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 5 } = schema;
      return fc.array(validValue(items, document), {
        minLength: minItems,
        maxLength: Math.min(maxItems, 10),
      });
    }
    case 'object':
      return validObject(schema, document);
    default:
      return anyText(schema);
  }
}

export function validObject(
  schema: Schema,
  document: OpenApiDocument,
): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = schema;
  const fields = Object.entries(properties).map(([name, value]) => {
    const any = validValue(value, document);
    return [name, required.includes(name) ? any : seldom(any)] as const;
  });
  return fc.record(Object.fromEntries(fields)).map(given);
}

/** Mostly undefined: fields that are valid each on its own seldom go together. */
export function seldom<T>(any: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: any });
}

/** Without the fields that are undefined. */
export function given<T>(fields: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, T] => entry[1] !== undefined),
  );
}

function anyInteger({
  minimum = Number.MIN_SAFE_INTEGER,
  maximum = Number.MAX_SAFE_INTEGER,
}: Schema): Arbitrary {
  return fc.oneof(
    fc.constantFrom(minimum, maximum),
    fc.maxSafeInteger().map((any) => clamp(any, minimum, maximum)),
  );
}

function clamp(any: number, minimum: number, maximum: number): number {
  const width = maximum - minimum + 1;
  return Number.isSafeInteger(width) ? minimum + (Math.abs(any) % width) : any;
}

function anyText({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'date') {
    return fc
      .date({ min: new Date('2026-10-01'), max: new Date('2026-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
  }
  if (format === 'uri')
    return fc.constantFrom('https://hooks.example/galip', 'https://a.hooks.example/x?y=1');
  if (pattern) return fc.stringMatching(new RegExp(pattern, 'u'));
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
}
