import { describe, expect, it } from 'vitest';
import { createBlockList } from '../../edge/policy/block-list.ts';
import { createPolicyService } from '../../edge/policy/policy-service.ts';
import { allOf } from '../../edge/policy/prompt-policy.ts';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { verifyRequest } from '../../gpu-backend/contract/signature.ts';
import { tenantLedger } from './fakes/tenant-ledger.ts';
import { createTestEdge, issueKey, NOW_MS } from './fakes/test-edge.ts';

const ask = (prompt: string) => ({ prompt: canonicalisePrompt(prompt), tenant: 't' });

describe('the block list', () => {
  const list = createBlockList(['Bad Word', 'C++', 'äpfel']);

  it.each([
    'a bad word here',
    'BAD  WORD',
    '“bad word”',
    'b&#97;d word',
    'use c++ now',
    'ÄPFEL!',
    'ｂａｄ word',
  ])('refuses %j', async (prompt) => {
    expect(await list.allows(ask(prompt))).toBe(false);
  });

  it.each(['bad words', 'a badword', 'unbad word', 'cc++', 'c+', 'apfel'])('allows %j', async (prompt) => {
    expect(await list.allows(ask(prompt))).toBe(true);
  });

  it('allows everything where it is empty', async () => {
    for (const terms of [[], ['', ' ']]) expect(await createBlockList(terms).allows(ask('x'))).toBe(true);
  });
});

describe('the policy service', () => {
  const signingKey = { id: 'k1', secret: 's'.repeat(32) };
  const url = new URL('https://policy.example/check');
  const serviceThat = (answer: (request: Request) => Promise<Response> | Response) =>
    createPolicyService({
      url,
      signingKey,
      fetcher: async (input, init) => answer(new Request(input as URL, init as RequestInit)),
      now: () => NOW_MS,
    });

  it('is asked for prompt and tenant, signed', async () => {
    const service = serviceThat(async (request) => {
      const body = new Uint8Array(await request.arrayBuffer());
      const problem = await verifyRequest({ method: 'POST', path: '/check', body }, request.headers, {
        keys: [signingKey],
        now: NOW_MS / 1000,
        rememberNonce: () => true,
      });
      expect(problem).toBeUndefined();
      expect(JSON.parse(new TextDecoder().decode(body))).toEqual({ prompt: 'a cat', tenant: 't' });
      return Response.json({ allowed: true });
    });
    expect(await service.allows(ask('a CAT'))).toBe(true);
  });

  it('is believed when it refuses', async () => {
    expect(await serviceThat(() => Response.json({ allowed: false, why: 'so' })).allows(ask('x'))).toBe(
      false,
    );
  });

  it.each([
    ['fails', () => new Response('', { status: 500 })],
    ['redirects', () => Response.redirect('https://elsewhere.example/', 302)],
    ['answers otherwise', () => Response.json({ allowed: 'yes' })],
    ['cannot be reached', () => Promise.reject(new TypeError('no route'))],
  ])('lets nothing through when it %s', async (_, answer) => {
    const error = await serviceThat(answer)
      .allows(ask('x'))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'policy_unavailable', status: 503 });
  });

  it('is not asked what another policy has refused', async () => {
    const service = serviceThat(() => {
      throw new Error('was asked');
    });
    expect(await allOf([createBlockList(['cat']), service]).allows(ask('a cat'))).toBe(false);
  });
});

describe('a moderated request', () => {
  it('is told, recorded, and charged nothing', async () => {
    const tenant = `moderated-${crypto.randomUUID()}`;
    const edge = createTestEdge({ blockedTerms: ['secret plans'] });
    const headers = { authorization: `Bearer ${await issueKey({ tenant })}` };
    const response = await edge.generate({ prompt: 'my SECRET plans', n: 2 }, headers);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'request_moderated', param: 'prompt' } });
    expect(edge.backend.requests).toEqual([]);
    expect(edge.store.calls).toEqual([]);
    const day = new Date().toISOString().slice(0, 10);
    const ledger = tenantLedger(tenant);
    expect(await ledger.usage({ from: day, to: day, groupBy: 'outcome' })).toEqual([
      { group: 'moderated', pictures: 2, units: 0 },
    ]);
    expect((await edge.generate({ prompt: 'my plans' }, headers)).status).toBe(200);
  });

  it.each<[string, object]>([
    ['a blend', { prompt: [{ text: 'cat' }, { text: 'Secret  plans', weight: -0.1 }] }],
    ['a stage', { prompt: 'cat', stages: { 4: 'my secret plans' } }],
    ['a blend of a stage', { prompt: 'cat', stages: { 2: [{ text: 'dog' }, { text: 'secret plans' }] } }],
  ])('is one that has a text that is not allowed in %s', async (_, body) => {
    const edge = createTestEdge({ blockedTerms: ['secret plans'] });
    for (const query of ['', '?dry_run=true']) {
      const response = await edge.generate(body, {}, query);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: 'request_moderated' } });
    }
    expect(edge.backend.requests).toEqual([]);
  });

  it('is told apart from a moderated picture, which is charged nothing either', async () => {
    const tenant = `moderated-${crypto.randomUUID()}`;
    const edge = createTestEdge();
    const headers = { authorization: `Bearer ${await issueKey({ tenant })}` };
    edge.backend.failure = new ApiError('content_moderated');
    const response = await edge.generate({ prompt: 'cat' }, headers);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'content_moderated' } });
    const day = new Date().toISOString().slice(0, 10);
    const ledger = tenantLedger(tenant);
    expect(await ledger.usage({ from: day, to: day, groupBy: 'outcome' })).toEqual([
      { group: 'moderated', pictures: 1, units: 0 },
    ]);
    edge.backend.failure = undefined;
    expect((await edge.generate({ prompt: 'cat' }, headers)).status).toBe(400);
    expect(edge.backend.requests).toHaveLength(1);
  });
});
