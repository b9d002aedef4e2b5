import { expect, it } from 'vitest';
import { startWorkerHarness } from '../fixtures/worker-harness.ts';
import { type Document, generateTypes } from './generate-types.ts';

it('edge/client/api-types.ts is what the served OpenAPI document says (npm run client:types)', async () => {
  await using worker = await startWorkerHarness();
  const document = (await (await fetch(`${worker.url}/openapi.json`)).json()) as Document;
  await expect(await generateTypes(document)).toMatchFileSnapshot('../../edge/client/api-types.ts');
});
