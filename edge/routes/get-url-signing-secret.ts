import { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { SigningKey } from '../../gpu-backend/contract/signature.ts';
import { urlSecretOf } from '../../gpu-backend/contract/url-secret.ts';
import type { Endpoint } from '../endpoint.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  REQUEST_ID_HEADER,
} from '../openapi/responses.ts';
import type { RouteOptions } from './route-options.ts';

const secretSchema = z
  .object({
    key_id: z.string().openapi({ description: 'Stands in the URLs.' }),
    secret: z.string().openapi({ description: '64 hex digits. Whoever has it makes pictures at your cost.' }),
  })
  .openapi('UrlSigningSecret');

export interface GetUrlSigningSecretOptions extends Pick<RouteOptions, 'authenticate'> {
  /** Undefined: there are no signed URLs. */
  readonly urlSigningKeys: readonly SigningKey[] | undefined;
}

/** `GET /v1/url-signing-secret` */
export function getUrlSigningSecret({ authenticate, urlSigningKeys }: GetUrlSigningSecretOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/v1/url-signing-secret',
      operationId: 'getUrlSigningSecret',
      summary: 'What this API key signs image URLs with',
      description: 'Follows from the key: re-rolling it changes the secret, revoking it ends all its URLs.',
      security: BEARER_SECURITY,
      responses: {
        200: {
          description: 'The secret.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: secretSchema } },
        },
        ...errorResponses(...AUTHENTICATION_ERRORS, 'not_found', 'method_not_allowed', 'internal_error'),
      },
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const [master] = urlSigningKeys ?? [];
      if (!master) throw new ApiError('not_found', { message: 'Signed URLs are not set up here.' });
      const { id, hash } = context.get('key');
      return context.json({ key_id: id, secret: await urlSecretOf(master, id, hash) });
    },
  };
}
