import { describe, expect, it } from 'vitest';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';
import { createAnswerChecker } from './fuzz/answer-checker.ts';
import { readOpenApi } from './fuzz/openapi-document.ts';

const edge = createTestEdge();
const document = await readOpenApi(edge);
const check = createAnswerChecker(document);
const key = await issueKey({ tenant: 'mcp', scopes: ['generate'] });

async function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await edge.fetch('/mcp', {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const operation = document.operations.find(({ path }) => path === '/mcp');
  if (!operation) throw new Error('the document has no /mcp');
  await check(operation, response.clone() as unknown as Response);
  return response;
}

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('POST /mcp', () => {
  it.each([
    ['no JSON', '{'],
    ['no message', '{"method":"tools/list","__proto__":[]}'],
    ['a number', '1'],
    ['null', 'null'],
    ['an empty batch', '[]'],
    ['a batch', JSON.stringify([LIST, { ...LIST, id: 2 }])],
    ['params that are none', JSON.stringify({ ...LIST, params: [] })],
    ['an unknown id', JSON.stringify({ ...LIST, id: {} })],
  ])('answers %s as its entry in the document says', async (_, body) => {
    expect((await post(body)).status).toBe(400);
  });

  it.each([
    [{}],
    [{ 'content-type': 'application/json; charset=utf-8' }],
    [{ accept: 'image/png' }],
    [{ 'mcp-session-id': 'x' }],
  ])('lists its tools under headers %j', async (headers) => {
    expect((await post(JSON.stringify(LIST), headers)).status).toBe(200);
  });

  it('opens no stream of changes, which stays open for ever', async () => {
    const method = 'subscriptions/listen';
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const params = { _meta, notifications: { toolsListChanged: true } };
    const response = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
    });
    expect(await response.json()).toMatchObject({ error: { code: -32603 } });
  });

  it.each([
    [4 * 1024 ** 2, ['image', 'text']],
    [4 * 1024 ** 2 + 1, ['text']],
  ])('answers a file of %i bytes with %j: larger ones by URL alone', async (sizeBytes, types) => {
    const keyframes = [{ prompt: `a file of ${sizeBytes}` }, { prompt: 'a banana' }];
    const call = {
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: { name: 'morph', arguments: { keyframes, frames: 2 } },
    };
    const made = await edge.fetch('/v1/interpolations', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(call.params.arguments),
    });
    const { file } = await made.json<{ file: { fingerprint: string; url: string } }>();
    edge.store.put(`i/${file.fingerprint}.webp`, new Uint8Array(sizeBytes));
    const { result } = await (await post(JSON.stringify(call))).json<{
      result: { content: { type: string; text?: string }[] };
    }>();
    expect(result.content.map(({ type }) => type)).toEqual(types);
    expect(result.content.at(-1)?.text).toContain(file.url);
  });

  it('refuses what is not called JSON, as its entry in the document says', async () => {
    expect((await post(JSON.stringify(LIST), { 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('describes the refusal of a revision that there is not', async () => {
    expect((await post(JSON.stringify(LIST), { 'mcp-protocol-version': 'x' })).status).toBe(400);
  });
});
