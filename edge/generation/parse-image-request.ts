import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { parseBody } from '../requests/parse-body.ts';
import { createImageRequestSchema, type ImageRequest } from './image-request.ts';

/** Checks bodies against the schema. The parser throws ApiError `invalid_request`. */
export function createImageRequestParser(model: ModelCard): (body: unknown) => ImageRequest {
  const schema = createImageRequestSchema(model);
  return (body) => parseBody(schema, body);
}
