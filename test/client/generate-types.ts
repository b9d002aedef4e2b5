import { compile, type JSONSchema } from 'json-schema-to-typescript';

/** As much of an OpenAPI 3.1 document as types are made from. */
export interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, JSONSchema>> };
}

const BANNER =
  '// Generated from the OpenAPI document by `npm run client:types`; a test fails where it is behind.\n';

/** TypeScript types of all schemas that the document names: OpenAPI 3.1's are JSON Schema. */
export function generateTypes({ components }: Document): Promise<string> {
  const definitions = JSON.parse(
    JSON.stringify(components.schemas).replaceAll('#/components/schemas/', '#/definitions/'),
  ) as Record<string, JSONSchema>;
  const names = Object.keys(definitions);
  const root: JSONSchema = {
    description: 'All of the types below, by the name that the document has for them.',
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/definitions/${name}` }])),
    required: names,
    definitions,
  };
  return compile(root, 'Schemas', {
    additionalProperties: false,
    bannerComment: BANNER,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110, trailingComma: 'all' },
  });
}
