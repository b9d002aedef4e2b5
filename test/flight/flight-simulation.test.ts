import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDurableFlights } from '../../edge/flight/durable-flights.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createFlightWorld, PLAN, settled } from './flight-world.ts';

const SEEDS = 1_000;
/** Callers wait at most so long. */
const PATIENCE_MS = 60_000;
/** The core's own pauses after a failure, and after a refusal that the recipe itself meets. */
const PAUSE_MS = { backend_unavailable: 1_000, content_moderated: 30_000 } as const;

type Step =
  | { readonly do: 'ask'; readonly withBytes: boolean }
  | { readonly do: 'answer' | 'die' | 'lose-object' | 'turn-book' | 'wake' }
  | { readonly do: 'fail'; readonly code: keyof typeof PAUSE_MS }
  | { readonly do: 'pass'; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), withBytes: fc.boolean() }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constantFrom('answer', 'die', 'lose-object', 'turn-book', 'wake'),
      }) as fc.Arbitrary<Step>,
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('fail' as const),
        code: fc.constantFrom('backend_unavailable', 'content_moderated'),
      }) as fc.Arbitrary<Step>,
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('pass' as const),
        ms: fc.constantFrom(500, 1_000, 30_000, 120_000),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
) as fc.Arbitrary<Step[]>;

/** A world in which the object dies under its callers, who reach it as the edge does. */
function createRun() {
  const world = createFlightWorld();
  let core = world.restart();
  let death = Promise.withResolvers<never>();
  death.promise.catch(() => undefined);
  const flights = createDurableFlights({
    flightOf: () => ({
      generate: (plan, withBytes) => Promise.race([core.generate(plan, withBytes), death.promise]),
      leave: async (caller) => core.leave(caller),
      wasStartedBy: async (caller) => core.wasStartedBy(caller),
    }),
    now: world.clock.now,
    after: world.clock.after,
  });
  const outcomes: string[] = [];
  let waiting = 0;
  /** Before this nobody may lead again. */
  let closedUntil = 0;
  /** Calls since the last landing or refusal, and those of the object that lives now. */
  let attempts = 0;
  let ownCalls = 0;

  async function after(change: () => unknown): Promise<void> {
    const before = world.asked;
    await change();
    await settled();
    const calls = world.asked - before;
    expect(calls).toBeLessThanOrEqual(1);
    if (calls === 0) {
      // Lost twice, which counts as a failure.
      if (attempts === 2 && ownCalls === 0 && world.row?.state === 'refused') {
        closedUntil = world.clock.now() + PAUSE_MS.backend_unavailable;
        attempts = 0;
      }
      return;
    }
    expect(world.clock.now()).toBeGreaterThanOrEqual(closedUntil);
    attempts++;
    ownCalls++;
    expect(attempts, 'one try and one retry').toBeLessThanOrEqual(2);
    expect(ownCalls, 'one flight at a time').toBe(1);
  }

  function end(): void {
    attempts = 0;
    ownCalls = 0;
  }

  return {
    world,
    outcomes,
    waiting: () => waiting,
    async step(step: Step): Promise<void> {
      switch (step.do) {
        case 'ask':
          waiting++;
          return after(() => {
            const deadline = world.clock.now() + PATIENCE_MS;
            void flights
              .generate(PLAN, { deadline, withBytes: step.withBytes })
              .then(
                ({ result, bytes }) => {
                  if (bytes) expect(new TextDecoder().decode(bytes)).toBe(PLAN.fingerprint);
                  outcomes.push(result);
                },
                (error: ApiError) => outcomes.push(error.code),
              )
              .finally(() => {
                waiting--;
                expect(world.clock.now()).toBeLessThanOrEqual(deadline + 120_000);
              });
          });
        case 'answer':
          await world.answer();
          return end();
        case 'fail': {
          const own = ownCalls > 0 && world.owed.length > 0;
          await world.fail(new ApiError(step.code));
          if (own) {
            closedUntil = world.clock.now() + PAUSE_MS[step.code];
            end();
          }
          return;
        }
        case 'die': {
          const dead = death;
          death = Promise.withResolvers<never>();
          death.promise.catch(() => undefined);
          core = world.restart();
          ownCalls = 0;
          return after(() => dead.reject(new Error('the object died')));
        }
        case 'lose-object':
          return void world.objects.clear();
        case 'turn-book':
          world.isBookDown = !world.isBookDown;
          return;
        case 'pass':
          return after(() => world.clock.advance(step.ms));
        case 'wake':
          if (world.wakeAt === undefined || world.clock.now() < world.wakeAt) return;
          await core.wake();
          // What was lost is forgotten with its attempts, and its pause.
          if (!world.row) attempts = 0;
          return;
      }
    },
  };
}

describe('flights, whatever happens in whatever order', () => {
  it('hold what they promise', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const run = createRun();
        const { world, outcomes } = run;
        for (const step of script) await run.step(step);
        // All comes back, and everybody gets an answer.
        world.isBookDown = false;
        for (let round = 0; round < 3; round++) {
          await run.step({ do: 'answer' });
          await run.step({ do: 'pass', ms: 30_000 });
        }
        expect(run.waiting()).toBe(0);
        for (let round = 0; round < 3; round++) {
          await run.step({ do: 'pass', ms: 120_000 });
          await run.step({ do: 'wake' });
        }
        expect(world.row, 'nothing is kept for ever').toBeUndefined();
        const known = [
          'generated',
          'joined',
          'backend_unavailable',
          'content_moderated',
          'deadline_exceeded',
        ];
        expect(outcomes.filter((outcome) => !known.includes(outcome))).toEqual([]);
        const made = outcomes.filter((outcome) => outcome === 'generated').length;
        expect(made).toBeLessThanOrEqual(world.asked);
        if (made > 0) expect(world.recipes.get(PLAN.fingerprint)).toEqual(PLAN.recipe);
      }),
      { numRuns: SEEDS },
    );
  });
});
