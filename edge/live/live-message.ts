import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import { createImageRequestParser } from '../generation/parse-image-request.ts';
import { parseJson } from '../generation/read-json.ts';

/** Characters of a message's id. */
const MAX_ID_LENGTH = 64;

/** Fields of an image request that make no sense of one picture on a socket. */
const NOT_LIVE = [
  'n',
  'best_of',
  'judge',
  'seeds',
  'response_format',
  'async',
  'deadline',
  'webhook',
] as const;

/** What a client asks for: an id of its own, by which it knows the answer, and an image request for one picture. */
export interface LiveMessage {
  readonly id: string;
  readonly request: ImageRequest;
}

/** A message that could not be read; its id, where that could. */
export interface BrokenMessage {
  readonly id: string | null;
  readonly error: ApiError;
}

/** Reads messages, the request as `POST /v1/images/generations` reads its body. */
export function createLiveMessageParser(model: ModelCard): (text: string) => LiveMessage | BrokenMessage {
  const parse = createImageRequestParser(model);
  return (text) => {
    let known: string | null = null;
    try {
      const value = parseJson(text);
      const { id, ...body } = typeof value === 'object' && value !== null ? (value as { id?: unknown }) : {};
      if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH) {
        throw invalid('id', `id must be a string of 1 … ${MAX_ID_LENGTH} characters`);
      }
      known = id;
      const request = parse(body);
      const [field] = NOT_LIVE.filter((name) => request[name] != null);
      if (field) throw invalid(field, `${field} is not for live requests: each asks for one picture`);
      return { id, request };
    } catch (error) {
      if (error instanceof ApiError) return { id: known, error };
      throw error;
    }
  };
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
