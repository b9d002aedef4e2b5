import type { Hono } from 'hono';
import type { EdgeContext } from '../../edge/endpoint.ts';
import type { Images } from '../../edge/generation/images.ts';
import { ORIGIN } from './edge-worker.ts';
import { ConnectionLost, type Life } from './engine/lives.ts';
import { createRequestContext } from './engine/request-context.ts';
import type { World } from './engine/world.ts';
import type { Intent, RunRecord, SeenAnswer, SeenRequest } from './record.ts';

/** The way from clients to the edge, and the memory of what went over it. */
export interface Client {
  /** Sends an intent's image request once. Undefined: the connection broke, or the client hung up. */
  post(intent: Intent, hangUpAfterMs: number | undefined): Promise<SeenAnswer | undefined>;
  /** Asks for a job, or cancels it. */
  askJob(intent: Intent, jobId: string, action: 'GET' | 'DELETE'): Promise<SeenAnswer | undefined>;
  /** The image request that runs in a life. */
  requestOf(life: Life): SeenRequest | undefined;
  /** A request's contexts that may be alive. */
  readonly contexts: Life[];
}

export function createClient(world: World, app: Hono<EdgeContext>, record: RunRecord): Client {
  const { lives, faults, time, trace } = world;
  const byLife = new WeakMap<Life, SeenRequest>();
  const contexts: Life[] = [];

  async function exchange(
    request: Request,
    { seen, hangUpAfterMs }: { seen?: SeenRequest; hangUpAfterMs?: number | undefined },
  ): Promise<SeenAnswer | undefined> {
    if (faults.strikes('request-lost')) return undefined;
    const context = createRequestContext(world, `request ${contexts.length}`);
    contexts.push(context.life);
    if (seen) {
      byLife.set(context.life, seen);
      context.life.death.catch(() => {
        seen.endedAt ??= time.now();
      });
    }
    const { promise: hungUp, reject } = Promise.withResolvers<never>();
    const cancel =
      hangUpAfterMs === undefined
        ? undefined
        : lives.after(hangUpAfterMs, () => reject(new ConnectionLost('hung up')));
    const answered = lives.run(context.life, async () => {
      const response = await app.fetch(
        request,
        {},
        {
          waitUntil: context.waitUntil,
          passThroughOnException: () => undefined,
          props: {},
        },
      );
      return readAnswer(response);
    });
    const noted = answered.then((answer) => {
      if (!context.life.isAlive) return answer;
      trace.note(`answered ${answer.status} ${answer.code ?? ''}`);
      if (seen) {
        seen.answer = answer;
        seen.endedAt = time.now();
      }
      return answer;
    });
    noted.catch(() => undefined);
    try {
      return await Promise.race([noted, context.life.death, hungUp]);
    } catch (error) {
      if (error instanceof ConnectionLost) return undefined;
      throw error;
    } finally {
      cancel?.();
      context.release();
      await lives.sleep(faults.hopMs());
    }
  }

  return {
    contexts,
    requestOf: (life) => byLife.get(life),
    post(intent, hangUpAfterMs) {
      const seen: SeenRequest = {
        intent,
        arrivedAt: time.now(),
        requestKey: undefined,
        endedAt: undefined,
        answer: undefined,
      };
      record.requests.push(seen);
      const request = new Request(`${ORIGIN}/v1/images/generations`, {
        method: 'POST',
        headers: {
          authorization: intent.holder.key.id,
          'content-type': 'application/json',
          ...(intent.idempotencyKey !== null && { 'idempotency-key': intent.idempotencyKey }),
        },
        body: JSON.stringify(intent.request),
      });
      return exchange(request, { seen, hangUpAfterMs });
    },
    askJob(intent, jobId, method) {
      const headers = { authorization: intent.holder.key.id };
      return exchange(new Request(`${ORIGIN}/v1/jobs/${jobId}`, { method, headers }), {});
    },
  };
}

async function readAnswer(response: Response): Promise<SeenAnswer> {
  const text = await response.text();
  const body = JSON.parse(text) as { error?: { code: string }; data?: unknown; id?: string };
  return {
    status: response.status,
    // A job's own error is no answer's.
    code: response.ok ? undefined : body.error?.code,
    images: body.data ? (body as unknown as Images) : undefined,
    isReplayed: response.headers.get('idempotency-replayed') === 'true',
    text,
    jobId: response.status === 202 ? body.id : undefined,
  };
}
