import { type CallToolResult, fromJsonSchema, type McpServer } from '@modelcontextprotocol/server';
import type { ApiDocument } from '../docs/document.ts';
import { orToolError } from './tool-result.ts';
import { toolSchema } from './tool-schema.ts';

/** For jobs, which the protocol has otherwise, and what a model has no say in. */
const OMITTED = ['async', 'deadline', 'webhook', 'user', 'model'];

export interface Tool<Request> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Of the OpenAPI document: what it takes. */
  readonly schema: string;
  /** Fields of that, beside those of jobs, that it has no use for. */
  readonly omitted: readonly string[];
  readonly run: (request: Request) => Promise<CallToolResult>;
}

/** A tool that does what a POST of the API does: it makes, it takes nothing away, and the same again is the same. */
export function addTool<Request>(server: McpServer, { components }: ApiDocument, tool: Tool<Request>): void {
  const { name, title, description, schema, omitted, run } = tool;
  const input = toolSchema(components.schemas[schema] ?? {}, [...OMITTED, ...omitted]);
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: fromJsonSchema<Request>(input as object),
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      },
    },
    (request) => orToolError(run(request)),
  );
}
