/** The JSON body that shows an operation, by its id. Every operation that takes one has one here; tests send it. */
export const EXAMPLE_BODIES: Readonly<Record<string, object>> = {
  createImages: { prompt: 'a red apple', n: 2, output_format: 'webp' },
  createInterpolation: {
    keyframes: [
      { prompt: 'a red apple', seed: 7 },
      { prompt: 'a banana', seed: 9 },
    ],
    frames: 24,
    loop: true,
  },
  createGrid: {
    prompt: 'a red apple',
    columns: { parameter: 'seed', values: [0, 1, 2, 3] },
    rows: { parameter: 'truncation', values: [0.5, 1] },
  },
  callMcp: {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'generate_image', arguments: { prompt: 'a red apple' } },
  },
  createWebhook: { url: 'https://example.com/hook', events: ['job.succeeded', 'job.failed'] },
  changeWebhook: { events: ['job.succeeded'], enabled: true },
  rotateWebhookSecret: { overlap_s: 86_400 },
  createKey: { name: 'production server', scopes: ['generate', 'read'] },
  changeKey: { name: 'staging server', limits: { month_units: 10_000 } },
  rerollKey: { overlap_s: 86_400 },
  createTenant: { id: 'acme', name: 'Acme' },
  changeTenant: { name: 'Acme Ltd.' },
  grantCredit: { id: 'invoice-7', units: 1_000 },
};
