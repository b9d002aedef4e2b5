import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWebhookSecret, signMessage } from '../../edge/webhooks/webhook-signature.ts';

describe('a signed message', () => {
  it('is the example of Standard Webhooks', async () => {
    const headers = await signMessage(
      {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        timestamp: 1_614_265_330,
        body: '{"test": 2432232314}',
      },
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    );
    expect(headers).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('carries one signature for each live secret', async () => {
    const secrets = [createWebhookSecret(), createWebhookSecret()];
    const body = '{"prompt":"ümlaut 🍎"}';
    const headers = await signMessage({ id: 'msg_1', timestamp: 7, body }, secrets);
    const expected = secrets.map((secret) => {
      const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`msg_1.7.${body}`).digest('base64')}`;
    });
    expect(headers['webhook-signature']).toBe(expected.join(' '));
  });
});

describe('a new secret', () => {
  it('is 32 random bytes in base64', () => {
    const secret = createWebhookSecret();
    expect(secret).toMatch(/^whsec_[0-9A-Za-z+/]{43}=$/u);
    expect(createWebhookSecret()).not.toBe(secret);
  });
});
