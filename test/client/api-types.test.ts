import { expect, it } from 'vitest';
import { PICTURE_OPTIONS } from '../../edge/client/cli/picture-options.ts';
import { startWorkerHarness } from '../fixtures/worker-harness.ts';
import { type Document, generateTypes } from './generate-types.ts';

async function servedDocument(): Promise<Document> {
  await using worker = await startWorkerHarness();
  return (await (await fetch(`${worker.url}/openapi.json`)).json()) as Document;
}

const document = await servedDocument();

it('edge/client/api-types.ts is what the served OpenAPI document says (npm run client:types)', async () => {
  await expect(await generateTypes(document)).toMatchFileSnapshot('../../edge/client/api-types.ts');
});

it('the command line has an option for each field of a picture', () => {
  const named: Record<string, string> = {
    n: 'count',
    best_of: 'best-of',
    output_format: 'format',
    output_compression: 'quality',
  };
  // The prompt and --mix; --async; files are fetched by URL; webhooks are for servers; `user` is used for nothing.
  const others = ['prompt', 'stages', 'async', 'response_format', 'webhook', 'user'];
  const fields = Object.keys(document.components.schemas.ImageRequest?.properties ?? {});
  const options = fields.filter((field) => !others.includes(field)).map((field) => named[field] ?? field);
  expect(options.sort()).toEqual(Object.keys(PICTURE_OPTIONS).sort());
});
