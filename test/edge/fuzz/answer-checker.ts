import { z } from 'zod';
import type { OpenApiDocument, Operation, Schema } from './openapi-document.ts';

/** Answers as the document allows them: throws with what differs. */
export type AnswerChecker = (operation: Operation, response: Response) => Promise<void>;

/** Of objects the document names all fields, so that one more is a difference. */
export function createAnswerChecker({ schemas }: OpenApiDocument): AnswerChecker {
  const $defs = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, strict(schema)]));
  const checkers = new Map<Schema, z.ZodType>();
  function checkerOf(schema: Schema): z.ZodType {
    const known = checkers.get(schema);
    if (known) return known;
    const made = z.fromJSONSchema({ ...strict(schema), $defs } as Parameters<typeof z.fromJSONSchema>[0]);
    checkers.set(schema, made);
    return made;
  }
  return async (operation, response) => {
    const { status } = response;
    const documented = operation.responses[status];
    const bytes = await response.arrayBuffer();
    if (status >= 500) throw new Error(`status ${status}: ${new TextDecoder().decode(bytes)}`);
    if (!documented) throw new Error(`status ${status} is not in the document`);
    if (operation.method === 'HEAD') return;
    const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
    const types = Object.keys(documented.content ?? {});
    if (types.length === 0 ? bytes.byteLength > 0 : !types.includes(type)) {
      throw new Error(
        `status ${status} with ${type || 'no type'}; the document has ${types.join(', ') || 'nothing'}`,
      );
    }
    const schema = documented.content?.[type]?.schema;
    if (type !== 'application/json' || !schema) return;
    const checked = checkerOf(schema).safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!checked.success) throw new Error(`status ${status}: ${z.prettifyError(checked.error)}`);
  };
}

/** With references as JSON Schema has them, and every object closed. */
function strict(schema: Schema): Schema {
  const closed = JSON.parse(JSON.stringify(schema), (_, value) =>
    value?.type && value.properties && value.additionalProperties === undefined
      ? { ...value, additionalProperties: false }
      : value,
  );
  return JSON.parse(JSON.stringify(closed).replaceAll('#/components/schemas/', '#/$defs/'));
}
