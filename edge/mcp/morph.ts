import type { McpServer } from '@modelcontextprotocol/server';
import { FILE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import type { Interpolation } from '../client/compositions.ts';
import type { Galip } from '../client/create-galip.ts';
import type { ApiDocument } from '../docs/document.ts';
import { addTool } from './add-tool.ts';
import { imageContents } from './tool-result.ts';

/** The tool `morph`: `POST /v1/interpolations`, answered with the animation or sheet and its URL. */
export function addMorph(server: McpServer, galip: Galip, document: ApiDocument): void {
  addTool<Interpolation>(server, document, {
    name: 'morph',
    title: 'Morph from image to image',
    description:
      'Makes an animation (or a sprite sheet) in which one picture becomes another, by way of key frames. The same arguments always give the same file, at the same URL.',
    schema: 'InterpolationRequest',
    omitted: ['stream'],
    run: (request) => morph(galip, request),
  });
}

async function morph(galip: Galip, request: Interpolation) {
  const { file, data, usage } = await galip.interpolations.create(request);
  const summary = `${data.length} frames, ${usage.units} units in all`;
  const structuredContent = { file, data, usage };
  if (!file) {
    const text = [...data.map(({ url }) => url), summary].join('\n');
    return { content: [{ type: 'text' as const, text }], structuredContent };
  }
  const { url, width, height, format } = file;
  const text = `${url} (${width} × ${height}, ${summary})`;
  const bytes = await galip.images.bytes(file);
  const { mediaType } = FILE_FORMATS[format];
  return {
    content: [...imageContents([bytes], mediaType), { type: 'text' as const, text }],
    structuredContent,
  };
}
