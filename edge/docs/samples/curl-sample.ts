import type { CodeSample, Operation } from '../document.ts';

/** Shell variables that stand for what only the reader knows. Other parameters show their example. */
const VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/i/': { file: 'PICTURE' },
  '/p/': { file: 'PRIVATE_PICTURE' },
  '/s/': { key: 'SIGNING_KEY_ID', signature: 'SIGNATURE' },
  '/v1/jobs/': { id: 'JOB_ID' },
  '/v1/webhooks/': { id: 'WEBHOOK_ID', delivery: 'DELIVERY_ID' },
  '/v1/admin/keys/': { id: 'KEY_ID' },
  '/v1/admin/tenants/': { id: 'TENANT_ID' },
};

/** A curl line that does an operation; undefined for WebSockets, and where a parameter has neither a variable nor an example. */
export function curlSample(
  origin: string,
  path: string,
  method: string,
  operation: Operation,
  body: object | undefined,
): CodeSample | undefined {
  const url = origin + filledPath(path, operation);
  const isSocket = operation.responses[101] !== undefined;
  if (isSocket || url.includes('{')) return undefined;
  const isPicture = path.includes('{file}');
  const isStream = operation.responses[200]?.content?.['text/event-stream'] !== undefined;
  const options = [
    method === 'head' ? '-sSI' : isStream ? '-sSN' : '-sS',
    ...(['get', 'head'].includes(method) || (method === 'post' && body)
      ? []
      : [`-X ${method.toUpperCase()}`]),
    ...(isPicture && method === 'get' ? ['-L -o picture.webp'] : []),
    `"${url}"`,
  ];
  const lines = [
    `curl ${options.join(' ')}`,
    ...(operation.security ? ['-H "Authorization: Bearer $GALIP_API_KEY"'] : []),
    ...(body
      ? ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(body).replaceAll("'", `'\\''`)}'`]
      : []),
  ];
  return { lang: 'Shell', label: 'curl', source: lines.join(' \\\n  ') };
}

function filledPath(path: string, { parameters = [] }: Operation): string {
  const [, variables = {}] = Object.entries(VARIABLES).find(([prefix]) => path.startsWith(prefix)) ?? [];
  return path.replaceAll(/\{(\w+)\}/gu, (whole, name: string) => {
    if (variables[name] !== undefined) return `$${variables[name]}`;
    const example = parameters.find((each) => each.name === name && each.in === 'path')?.schema.example;
    return example === undefined ? whole : String(example);
  });
}
