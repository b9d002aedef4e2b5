import { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { FILE_EXTENSIONS, FILE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import type { Endpoint } from '../endpoint.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  HASH_HEADERS,
} from '../openapi/responses.ts';
import { pictureNameOf } from '../pictures/picture-name.ts';
import { pictureResponse } from '../pictures/picture-response.ts';
import type { OpenPicture } from '../pictures/remake-picture.ts';
import type { RouteOptions } from './route-options.ts';

const binary = { schema: { type: 'string', format: 'binary' } } as const;
const content = Object.fromEntries(Object.values(FILE_FORMATS).map(({ mediaType }) => [mediaType, binary]));

export interface GetPrivatePictureOptions extends Pick<RouteOptions, 'authenticate' | 'sourceOf'> {
  readonly openPicture: OpenPicture;
}

/** `GET` and `HEAD /p/{fingerprint}.{extension}`: a private picture, to keys of its owner. */
export function getPrivatePicture(options: GetPrivatePictureOptions): Endpoint {
  const { authenticate, sourceOf, openPicture } = options;
  return {
    spec: {
      method: 'get',
      path: '/p/{file}',
      operationId: 'getPrivatePicture',
      summary: 'A private picture',
      description:
        'Of the tenant that owns the key; another’s is not found. No cache on the way may keep it.',
      security: BEARER_SECURITY,
      request: {
        params: z.object({
          file: z
            .string()
            .regex(new RegExp(`^[0-9a-f]{64}\\.(${FILE_EXTENSIONS})$`, 'u'))
            .openapi({ description: 'Fingerprint and extension.', example: `${'0'.repeat(64)}.png` }),
        }),
      },
      responses: {
        200: { description: 'The picture.', headers: HASH_HEADERS, content },
        206: { description: 'The range that was asked for.', headers: HASH_HEADERS, content },
        304: { description: 'The entity tag in If-None-Match is that of the picture.' },
        ...errorResponses(
          ...AUTHENTICATION_ERRORS,
          'not_found',
          'method_not_allowed',
          'gone',
          'range_not_satisfiable',
          'internal_error',
          'backend_unavailable',
          'storage_unavailable',
          'deadline_exceeded',
        ),
      },
    },
    pattern: '/p/*',
    middleware: [authenticate(['generate', 'read'])],
    async handle(context) {
      const { req } = context;
      const name = pictureNameOf(req.url, context.get('key').tenant);
      const picture = name && (await openPicture(name, sourceOf(context)));
      if (!picture) throw new ApiError('not_found');
      const [range, ifRange] = [req.header('range'), req.header('if-range')];
      return pictureResponse(name, picture, { ifNoneMatch: req.header('if-none-match'), range, ifRange });
    },
  };
}
