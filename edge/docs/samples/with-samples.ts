import { type ApiDocument, JSON_TYPE, type Operation } from '../document.ts';
import { clientSamples } from './client-samples.ts';
import { curlSample } from './curl-sample.ts';
import { EXAMPLE_BODIES } from './example-bodies.ts';

/** The document with an example of each body, and programs that run against its server. */
export function withSamples<T extends ApiDocument>(document: T): T {
  const origin = document.servers[0]?.url ?? '';
  const paths = mapValues(document.paths, (methods, path) =>
    mapValues(methods, (operation, method) => withSamplesOf(origin, path, method, operation)),
  );
  return { ...document, paths };
}

function withSamplesOf(origin: string, path: string, method: string, operation: Operation): Operation {
  const { operationId, requestBody } = operation;
  const body = EXAMPLE_BODIES[operationId];
  const curl = curlSample(origin, path, method, operation, body);
  const json = requestBody?.content[JSON_TYPE];
  return {
    ...operation,
    ...(body &&
      json && {
        requestBody: {
          ...requestBody,
          content: { ...requestBody.content, [JSON_TYPE]: { ...json, example: body } },
        },
      }),
    'x-codeSamples': [...(curl ? [curl] : []), ...clientSamples(origin, operationId)],
  };
}

function mapValues<T, R>(
  entries: Readonly<Record<string, T>>,
  change: (value: T, key: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, change(value, key)]));
}
