import type { CodeSample } from '../document.ts';

/** What follows the first lines of a program that uses the client, by operation. */
const TYPESCRIPT: Readonly<Record<string, string>> = {
  createImages: `const { data } = await galip.images.create({ prompt: 'a red apple', n: 2, output_format: 'webp' });
for (const { url, seed } of data) console.log(seed, url);`,
  createInterpolation: `const keyframes = [{ prompt: 'a red apple', seed: 7 }, { prompt: 'a banana', seed: 9 }];
const { file, usage } = await galip.interpolations.create({ keyframes, frames: 12, loop: true });
console.log(file?.url, usage.units);`,
  createGrid: `const { file, data } = await galip.grids.create({
  prompt: 'a red apple',
  columns: { parameter: 'seed', values: [0, 1, 2] },
  rows: { parameter: 'truncation', values: [0.5, 1] },
});
console.log(file?.url, data.length);`,
  getPicture: `const { data } = await galip.images.create({ prompt: 'a red apple' });
const bytes = await galip.images.bytes(data[0]);
console.log(bytes.length);`,
  getPrivatePicture: `const { data } = await galip.images.create({ prompt: 'a secret cat', visibility: 'private' });
const bytes = await galip.images.bytes(data[0]);
console.log(bytes.length);`,
  getSignedPicture: `const sign = await galip.urlSigner();
console.log(\`<img src="\${await sign({ prompt: 'a red apple', size: 128, seed: 7 })}">\`);
const keyframes = [{ prompt: 'a red apple' }, { prompt: 'a banana' }];
console.log(\`<img src="\${await sign({ keyframes, frames: 6, loop: true })}">\`);`,
  getUrlSigningSecret: `const { key_id: keyId, secret } = await galip.urlSigningSecret();
console.log(keyId, secret.length);`,
  live: `const live = galip.live();
const typed = ['a', 'a red', 'a red apple'];
const pictures = await Promise.all(typed.map((prompt) => live.paint({ prompt })));
for (const picture of pictures) console.log(picture?.url ?? 'superseded', picture?.bytes.length ?? 0);
await live.close();`,
  listModels: `for (const { id, licence } of await galip.models()) console.log(id, licence);`,
  getJob: `const { id } = await galip.jobs.create({ prompt: 'a green frog', deadline: 600 });
console.log((await galip.jobs.get(id)).status);`,
  getJobEvents: `const { id } = await galip.jobs.create({ prompt: 'a green frog' });
for await (const { status, job } of galip.jobs.watch(id)) console.log(status, job?.result?.data[0].url);`,
  deleteJob: `const { id } = await galip.jobs.create({ prompt: 'a green frog' });
console.log((await galip.jobs.cancel(id)).status);`,
  createWebhook: `const { id, secret } = await galip.webhooks.create({ url: 'https://example.com/hook' });
console.log(id, secret);`,
  listWebhooks: `for (const { id, url, enabled } of await galip.webhooks.list()) console.log(id, url, enabled);`,
  changeWebhook: `const [first] = await galip.webhooks.list();
console.log(await galip.webhooks.change(first.id, { events: ['job.succeeded'], enabled: true }));`,
  rotateWebhookSecret: `const [first] = await galip.webhooks.list();
const { secret } = await galip.webhooks.rotateSecret(first.id, { overlap_s: 86_400 });
console.log(secret);`,
  listWebhookDeliveries: `const webhooks = await galip.webhooks.list();
for (const { id } of webhooks) console.log(id, await galip.webhooks.deliveries(id));`,
  createKey: `const { id, key } = await galip.admin.keys.create({ name: 'production server', scopes: ['generate', 'read'] });
console.log(id, key);`,
  listKeys: `for await (const { id, name, last_used_at } of galip.admin.keys.list()) console.log(id, name, last_used_at);`,
  changeKey: `const { id } = await galip.admin.keys.create({ name: 'staging server', scopes: ['generate'] });
console.log(await galip.admin.keys.change(id, { limits: { month_units: 10_000 } }));`,
  rerollKey: `const { id } = await galip.admin.keys.create({ name: 'production server', scopes: ['generate'] });
console.log((await galip.admin.keys.reroll(id, { overlap_s: 86_400 })).key);`,
  revokeKey: `const { id } = await galip.admin.keys.create({ name: 'a mistake', scopes: ['generate'] });
console.log(await galip.admin.keys.revoke(id));`,
  createTenant: `console.log(await galip.admin.tenants.create({ id: 'globex', name: 'Globex' }));`,
  listTenants: `for await (const { id, name } of galip.admin.tenants.list()) console.log(id, name);`,
  grantCredit: `const { id } = await galip.admin.tenants.create({ id: 'initech', name: 'Initech' });
console.log(await galip.admin.tenants.credit(id, { id: 'invoice-7', units: 1_000 }));`,
  getUsage: `const { data, total } = await galip.usage({ group_by: 'outcome' });
for (const { group, pictures, units } of data) console.log(group, pictures, units);
console.log(total.units);`,
  getBalance: `const { available, spent } = await galip.balance();
console.log(available, spent);`,
  listReceipts: `for await (const { chargeId, units, signature } of galip.receipts()) console.log(chargeId, units, signature);`,
};

/** The same by OpenAI's own clients. */
const OPENAI_JAVASCRIPT: Readonly<Record<string, string>> = {
  createImages: `const { data } = await client.images.generate({ prompt: 'a red apple', n: 2, response_format: 'url' });
for (const { url } of data) console.log(url);`,
};

const OPENAI_PYTHON: Readonly<Record<string, string>> = {
  createImages: `images = client.images.generate(
    prompt="a red apple", n=2, extra_body={"seed": 7, "truncation": 0.7, "output_format": "webp"}
)
for image in images.data:
    print(image.url)`,
  listModels: `for model in client.models.list():
    print(model.id)`,
};

/** Programs that do an operation with the client \`galip\` and, where OpenAI has it too, with OpenAI's clients. */
export function clientSamples(origin: string, operationId: string): CodeSample[] {
  const typescript = TYPESCRIPT[operationId];
  const javascript = OPENAI_JAVASCRIPT[operationId];
  const python = OPENAI_PYTHON[operationId];
  return [
    ...(typescript === undefined
      ? []
      : [{ lang: 'TypeScript', label: 'TypeScript', source: galipProgram(origin, typescript) }]),
    ...(python === undefined
      ? []
      : [{ lang: 'Python', label: 'Python (openai)', source: pythonProgram(origin, python) }]),
    ...(javascript === undefined
      ? []
      : [{ lang: 'JavaScript', label: 'JavaScript (openai)', source: openAiProgram(origin, javascript) }]),
  ];
}

function galipProgram(origin: string, body: string): string {
  return `import { createGalip } from 'galip';

const galip = createGalip({ baseUrl: '${origin}', apiKey: process.env.GALIP_API_KEY });
${body}`;
}

function openAiProgram(origin: string, body: string): string {
  return `import OpenAI from 'openai';

const client = new OpenAI({ baseURL: '${origin}/v1', apiKey: process.env.GALIP_API_KEY });
${body}`;
}

function pythonProgram(origin: string, body: string): string {
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["GALIP_API_KEY"])
${body}`;
}
