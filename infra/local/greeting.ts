import { relative } from 'node:path';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';

export interface GreetingOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly model: ModelCard;
  readonly dataDir: string;
  readonly root: string;
  readonly seconds: number;
}

/**
 * What `npm start` prints once all is ready; its curl line works as it stands. The page takes the key out of its address
 * at once, and a fragment is sent to no server.
 */
export function greeting({ url, apiKey, model, dataDir, root, seconds }: GreetingOptions): string {
  const folder = relative(root, dataDir).startsWith('..') ? dataDir : relative(root, dataDir);
  return `
galip-edge is ready (${seconds.toFixed(1)} s).

  Page     ${url}/#key=${apiKey}
  URL      ${url}
  API key  ${apiKey}  (kept in ${folder}/dev.json)
  Model    ${model.id}, ${model.imageSize} × ${model.imageSize} px, ${model.commercialUse ? 'free for commercial use' : 'no commercial use'}

A picture:

  curl -sS ${url}/v1/images/generations -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' -d '{"prompt":"a red apple"}'

The answer holds the picture's url: open it in a browser, or use it in a page: <img src="…">.
Ctrl-C ends everything; keys and pictures stay in ${folder}/.
`;
}
