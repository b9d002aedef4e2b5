import fc from 'fast-check';
import { given, seldom, validObject, validValue } from './any-value.ts';
import { type OpenApiDocument, type Operation, type Parameter, resolve } from './openapi-document.ts';

export interface AnyRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** What requests are made of, beside what the document says. */
export interface Material {
  /** Values for a path's parameters that exist, by the name of the parameter. */
  readonly known: (path: string, parameter: string) => readonly string[];
  readonly keys: readonly string[];
}

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 30 }));
const headerText = fc.stringMatching(/^[ -~]{0,40}$/u);

/** Headers that endpoints read. */
const HEADERS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  prefer: fc.oneof(fc.constantFrom('respond-async', 'wait=1', 'respond-async, wait=1'), headerText),
  'idempotency-key': fc.oneof(fc.constantFrom('a', 'b'), headerText),
  'if-none-match': fc.oneof(fc.constantFrom('*', 'W/"1"'), headerText),
  range: fc.oneof(fc.constantFrom('bytes=0-0', 'bytes=-1', 'bytes=9-1'), headerText),
  'last-event-id': fc.oneof(fc.constantFrom('0', '1', '99'), headerText),
  'x-request-id': headerText,
};

/** Requests to an operation: most nearly as the document says, some not at all. */
export function anyRequest(
  operation: Operation,
  document: OpenApiDocument,
  { known, keys }: Material,
): fc.Arbitrary<AnyRequest> {
  const parameters = operation.parameters ?? [];
  const of = (place: Parameter['in']) => parameters.filter((parameter) => parameter.in === place);
  const pathValues = of('path').map(({ name, schema }) => {
    const ids = known(operation.path, name);
    const any = fc.oneof(validValue(schema, document).map(String), text);
    return [
      name,
      ids.length > 0 ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...ids) }, any) : any,
    ] as const;
  });
  const queryValues = [...of('query'), { name: 'x', schema: {} }].map(
    ({ name, schema }) => [name, seldom(fc.oneof(validValue(schema, document).map(String), text))] as const,
  );
  const type = fc.oneof({ weight: 9, arbitrary: fc.constant('application/json') }, headerText);
  return fc
    .record({
      path: fc.record(Object.fromEntries(pathValues)),
      query: fc.record(Object.fromEntries(queryValues)),
      headers: fc.record(
        { ...HEADERS, authorization: headerText, 'content-type': type },
        { requiredKeys: [] },
      ),
      signed: fc.integer({ min: 0, max: 9 }).map((any) => any > 0),
      key: fc.constantFrom(...keys),
      body: operation.requestBody ? anyBody(operation, document) : fc.constant(undefined),
    })
    .map(({ path, query, headers, signed, key, body }) => ({
      path: pathOf(operation.path, path) + queryOf(query),
      headers: {
        'content-type': 'application/json',
        ...given(headers),
        ...(signed && { authorization: `Bearer ${key}` }),
      },
      body,
    }));
}

function anyBody({ requestBody }: Operation, document: OpenApiDocument): fc.Arbitrary<string> {
  const { schema: named, example } = requestBody?.content?.['application/json'] ?? {};
  if (!named) throw new Error('a body that is no JSON');
  const schema = resolve(named, document);
  const valid = validObject(schema, document);
  const names = [...Object.keys(schema.properties ?? {}), 'x', '__proto__'];
  const near = fc
    .tuple(valid, fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }))
    .map(([fields, field, value]) => {
      // Last, so that it is the one that counts; as text, since a literal's `__proto__` would be no field.
      const more = `${JSON.stringify(field)}:${JSON.stringify(value)}}`;
      return JSON.stringify(fields).replace(/\}$/u, () =>
        Object.keys(fields).length > 0 ? `,${more}` : more,
      );
    });
  const json = (value: fc.Arbitrary<unknown>) => value.map((each) => JSON.stringify(each));
  return fc.oneof(
    { weight: 6, arbitrary: json(valid) },
    // Fields that are valid each on its own may go together by no chance.
    ...(example === undefined ? [] : [{ weight: 3, arbitrary: json(fc.constant(example)) }]),
    { weight: 3, arbitrary: near },
    json(fc.jsonValue({ maxDepth: 3 })),
    text,
  );
}

function pathOf(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => encode(values[name] ?? '') || '-');
}

function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(given(values)).map(([name, value]) => `${name}=${encode(value)}`);
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function encode(value: string): string {
  return encodeURIComponent(value.toWellFormed()).replace(/^\.{1,2}$/u, '-');
}
