import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { listen } from '../../../gpu-backend/http/server.ts';

/** An app with one route that answers when the test says so. */
async function startHeldServer() {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const app = new Hono();
  app.get('/quick', (context) => context.text('quick'));
  app.get('/held', async (context) => {
    arrived.resolve();
    return context.text(await answer.promise);
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  return { server, arrived: arrived.promise, answer };
}

/** Beyond the test's own time: a stop that waits for it fails the test. */
const FAR_LIMIT_MS = 3_600_000;

describe('listen', () => {
  it('tells the address that it got', async () => {
    const { server } = await startHeldServer();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/u);
    expect(await (await fetch(`${server.url}/quick`)).text()).toBe('quick');
    await server.stop(60_000);
  });

  it('stops at once when only idle connections are left', async () => {
    const { server } = await startHeldServer();
    await (await fetch(`${server.url}/quick`)).text();
    await server.stop(FAR_LIMIT_MS);
  });

  it('lets what it accepted finish, then stops without waiting for the kept-alive connection', async () => {
    const { server, arrived, answer } = await startHeldServer();
    const held = fetch(`${server.url}/held`);
    await arrived;
    const stopped = server.stop(FAR_LIMIT_MS);
    await expect(fetch(`${server.url}/quick`)).rejects.toThrow();
    answer.resolve('late');
    expect(await (await held).text()).toBe('late');
    await stopped;
  });

  it('cuts what does not finish within the limit', async () => {
    const { server, arrived } = await startHeldServer();
    const held = fetch(`${server.url}/held`);
    await arrived;
    const cut = expect(held).rejects.toThrow();
    await server.stop(50);
    await cut;
  });
});
