import { type RouteConfig, z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { FILE_EXTENSIONS, FILE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import type { Endpoint } from '../endpoint.ts';
import { errorResponses, HASH_HEADERS } from '../openapi/responses.ts';
import { pictureNameOf } from '../pictures/picture-name.ts';
import { pictureHeadResponse, pictureResponse } from '../pictures/picture-response.ts';
import type { OpenPicture } from '../pictures/remake-picture.ts';
import type { RouteOptions } from './route-options.ts';

const headers = {
  etag: { description: 'Strong entity tag.', schema: { type: 'string' } },
  'cache-control': { description: 'public, max-age=31536000, immutable', schema: { type: 'string' } },
  ...HASH_HEADERS,
} as const;
const binary = { schema: { type: 'string', format: 'binary' } } as const;
const content = Object.fromEntries(Object.values(FILE_FORMATS).map(({ mediaType }) => [mediaType, binary]));

const common = {
  path: '/i/{file}',
  description:
    'Public and immutable; made again where the store has lost it. There is one spelling of each picture’s URL: a query or any other form is not found. Single byte ranges, If-Range and If-None-Match are understood.',
  request: {
    params: z.object({
      file: z
        .string()
        .regex(new RegExp(`^[0-9a-f]{64}\\.(${FILE_EXTENSIONS})$`, 'u'))
        .openapi({ description: 'Fingerprint and extension.', example: `${'0'.repeat(64)}.png` }),
    }),
  },
} as const satisfies Partial<RouteConfig>;
const notModified = { description: 'The entity tag in If-None-Match is that of the picture.' };
const errors = [
  'not_found',
  'method_not_allowed',
  'gone',
  'internal_error',
  'backend_unavailable',
  'storage_unavailable',
  'deadline_exceeded',
] as const;

export interface GetPictureOptions extends Pick<RouteOptions, 'sourceOf'> {
  readonly openPicture: OpenPicture;
}

/** `GET` and `HEAD /i/{fingerprint}.{png|webp|jpg|avif|gif}` */
export function getPicture({ sourceOf, openPicture }: GetPictureOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      operationId: 'getPicture',
      summary: 'A picture',
      ...common,
      responses: {
        200: { description: 'The picture.', headers, content },
        206: { description: 'The range that was asked for.', headers, content },
        304: notModified,
        ...errorResponses('range_not_satisfiable', ...errors),
      },
    },
    headSpec: {
      method: 'head',
      operationId: 'headPicture',
      summary: 'Whether there is a picture',
      ...common,
      responses: {
        200: { description: 'There is.', headers },
        304: notModified,
        ...errorResponses(...errors),
      },
    },
    pattern: '/i/*',
    async handle(context) {
      const { req } = context;
      const name = pictureNameOf(req.url);
      if (!name) throw new ApiError('not_found');
      const source = sourceOf(context);
      const ifNoneMatch = req.header('if-none-match');
      const object = req.method === 'HEAD' && (await source.head(name));
      if (object) return pictureHeadResponse(name, object, { ifNoneMatch });
      const picture = await openPicture(name, source);
      if (!picture) throw new ApiError('not_found');
      if (req.method === 'HEAD') return pictureHeadResponse(name, picture, { ifNoneMatch });
      const [range, ifRange] = [req.header('range'), req.header('if-range')];
      return pictureResponse(name, picture, { ifNoneMatch, range, ifRange });
    },
  };
}
