import type { McpServer } from '@modelcontextprotocol/server';
import { IMAGE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import type { Images } from '../client/api-types.ts';
import type { Galip } from '../client/create-galip.ts';
import type { PictureRequest } from '../client/images.ts';
import type { ApiDocument } from '../docs/document.ts';
import { addTool } from './add-tool.ts';
import { imageContents } from './tool-result.ts';

/** The tool `generate_image`: `POST /v1/images/generations`, answered with the pictures and their URLs. */
export function addGenerateImage(server: McpServer, galip: Galip, document: ApiDocument): void {
  addTool<PictureRequest>(server, document, {
    name: 'generate_image',
    title: 'Generate an image',
    description:
      'Makes pictures from a prompt, in one forward pass. The same arguments always give the same pictures, at the same URLs; made again they cost nothing.',
    schema: 'ImageRequest',
    // How an answer is written, the protocol says.
    omitted: ['response_format'],
    run: (request) => generate(galip, request),
  });
}

/** Whose the scores are, and what they are worth. */
function judged(bestOf: Images['best_of']): string[] {
  if (!bestOf) return [];
  return [`scored by ${bestOf.judge_name ?? bestOf.judge}`, ...(bestOf.caveat ? [bestOf.caveat] : [])];
}

async function generate(galip: Galip, request: PictureRequest) {
  const { data, output_format: format, usage, best_of: bestOf } = await galip.images.create(request);
  const { mediaType } = IMAGE_FORMATS[format];
  const files = await Promise.all(data.map((picture) => galip.images.bytes(picture)));
  const lines = data.map(({ url, seed, score, cache, units }) => {
    const scored = score === undefined ? '' : `, score ${score.toFixed(3)}`;
    return `${url} (seed ${seed}${scored}, ${cache}, ${units} units)`;
  });
  return {
    content: [
      ...imageContents(files, mediaType),
      {
        type: 'text' as const,
        text: [...lines, `${usage.units} units in all`, ...judged(bestOf)].join('\n'),
      },
    ],
    structuredContent: { data, usage, ...(bestOf && { best_of: bestOf }) },
  };
}
