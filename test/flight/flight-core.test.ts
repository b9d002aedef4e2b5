import { beforeEach, describe, expect, it } from 'vitest';
import type { FlightCore } from '../../edge/flight/flight-core.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createFlightWorld, PLAN, settled } from './flight-world.ts';

let world: ReturnType<typeof createFlightWorld>;
let flight: FlightCore;

beforeEach(() => {
  world = createFlightWorld();
  flight = world.restart();
});

const results = async (answers: ReturnType<FlightCore['generate']>[]) =>
  (await Promise.all(answers)).map(({ landing, refusal }) => landing?.result ?? refusal?.code);

describe('a flight', () => {
  it('makes the picture once for all who ask at the same time', async () => {
    const answers = Array.from({ length: 100 }, () => flight.generate(PLAN, true));
    await settled();
    expect(world.asked).toBe(1);
    await world.answer();
    expect(await results(answers)).toEqual(['generated', ...Array(99).fill('joined')]);
    const all = await Promise.all(answers);
    expect(new Set(all.map(({ landing }) => landing?.bytes?.toString())).size).toBe(1);
    expect(world.recipes.get(PLAN.fingerprint)).toEqual(PLAN.recipe);
  });

  it('gives its starter the bytes in any case, others where they ask', async () => {
    const answers = [flight.generate(PLAN, false), flight.generate(PLAN, false), flight.generate(PLAN, true)];
    await settled();
    await world.answer();
    const sizes = (await Promise.all(answers)).map(({ landing }) => landing?.bytes?.length);
    expect(sizes).toEqual([64, undefined, 64]);
  });

  it('is not flown again for who looked into the store just before it landed', async () => {
    const first = flight.generate(PLAN, false);
    await settled();
    await world.answer();
    await first;
    for (const later of [flight, world.restart()]) {
      const { landing } = await later.generate(PLAN, true);
      expect(landing).toEqual({ result: 'joined', etag: '"e"', sizeBytes: 64, bytes: undefined });
    }
    expect(world.asked).toBe(1);
  });

  it('is flown again for a picture that is gone from the store', async () => {
    const first = flight.generate(PLAN, false);
    await settled();
    await world.answer();
    await first;
    world.objects.clear();
    const again = flight.generate(PLAN, false);
    await settled();
    await world.answer();
    expect(await results([again])).toEqual(['generated']);
    expect(world.asked).toBe(2);
  });

  it('asks the store nothing where nothing was under way', async () => {
    const first = flight.generate(PLAN, false);
    await settled();
    await world.answer();
    await first;
    expect(world.heads).toBe(0);
  });
});

describe('a failed flight', () => {
  it('reaches all who wait at once, then lets one new leader a second try', async () => {
    const waiting = Array.from({ length: 5 }, () => flight.generate(PLAN, false));
    await settled();
    await world.fail(new ApiError('backend_unavailable', { retryAfterS: 7 }));
    const refusals = (await Promise.all(waiting)).map(({ refusal }) => refusal);
    expect(refusals).toEqual(
      Array(5).fill(expect.objectContaining({ code: 'backend_unavailable', retryAfterS: 7 })),
    );
    world.clock.advance(999);
    expect(await results([flight.generate(PLAN, false), world.restart().generate(PLAN, false)])).toEqual(
      Array(2).fill('backend_unavailable'),
    );
    expect(world.asked).toBe(1);
    world.clock.advance(1);
    const next = Array.from({ length: 5 }, () => flight.generate(PLAN, false));
    await settled();
    expect(world.asked).toBe(2);
    await world.answer();
    expect(await results(next)).toEqual(['generated', ...Array(4).fill('joined')]);
  });

  it('is not tried again for half a minute where the recipe itself is refused', async () => {
    const first = flight.generate(PLAN, false);
    await settled();
    await world.fail(new ApiError('content_moderated'));
    expect(await results([first])).toEqual(['content_moderated']);
    world.clock.advance(29_999);
    expect(await results([flight.generate(PLAN, false)])).toEqual(['content_moderated']);
    expect(world.asked).toBe(1);
    world.clock.advance(1);
    void flight.generate(PLAN, false);
    await settled();
    expect(world.asked).toBe(2);
  });

  it('logs the cause, and tells nobody what an unexpected error says', async () => {
    const first = flight.generate(PLAN, false);
    await settled();
    await world.fail(new TypeError('of a red apple'));
    const { refusal } = await first;
    expect(refusal?.code).toBe('internal_error');
    expect(JSON.stringify(refusal)).not.toContain('apple');
    expect(world.log).toEqual([
      expect.objectContaining({
        event: 'flight_failed',
        code: 'internal_error',
        cause: expect.stringMatching(/^TypeError\n/u),
      }),
    ]);
    expect(JSON.stringify(world.log)).not.toContain('apple');
  });
});

describe('a flight whose object dies', () => {
  it('is tried once more', async () => {
    void flight.generate(PLAN, false);
    await settled();
    expect(world.asked).toBe(1);
    world.owed.length = 0;
    const again = world.restart().generate(PLAN, false);
    await settled();
    await world.answer();
    expect(await results([again])).toEqual(['generated']);
    expect(world.asked).toBe(2);
  });

  it('is not tried a third time before a new leader may come', async () => {
    for (let life = 0; life < 2; life++) {
      void world.restart().generate(PLAN, false);
      await settled();
    }
    expect(world.asked).toBe(2);
    flight = world.restart();
    expect(await results([flight.generate(PLAN, false)])).toEqual(['backend_unavailable']);
    expect(world.asked).toBe(2);
    world.clock.advance(1_000);
    void flight.generate(PLAN, false);
    await settled();
    expect(world.asked).toBe(3);
  });

  it.each(['flight.generated', 'flight.landed'] as const)('at %s makes no second picture', async (step) => {
    world.dieAt = step;
    void flight.generate(PLAN, false);
    await settled();
    await world.answer();
    expect(world.dieAt).toBeUndefined();
    flight = world.restart();
    expect(await results([flight.generate(PLAN, true)])).toEqual(['joined']);
    expect(world.asked).toBe(1);
    await settled();
    if (step === 'flight.landed') await flight.wake();
    expect(world.recipes.has(PLAN.fingerprint)).toBe(true);
  });

  it.each(['flight.recorded', 'flight.refused'] as const)('at %s is free again', async (step) => {
    world.dieAt = step;
    void flight.generate(PLAN, false);
    await settled();
    await world.fail(new ApiError('backend_unavailable'));
    expect(world.dieAt).toBeUndefined();
    world.clock.advance(1_000);
    const again = world.restart().generate(PLAN, false);
    await settled();
    await world.answer();
    expect(await results([again])).toEqual(['generated']);
  });
});

describe('who started a flight', () => {
  it('is told so however it asks again, and nobody else is', async () => {
    const first = flight.generate(PLAN, false, 'me');
    await settled();
    const joined = [flight.generate(PLAN, false, 'other'), flight.generate(PLAN, false, 'me')];
    await world.answer();
    expect(await results([first, ...joined])).toEqual(['generated', 'joined', 'generated']);
    const later = world.restart();
    expect(await results([later.generate(PLAN, true, 'me'), later.generate(PLAN, true, 'other')])).toEqual([
      'generated',
      'joined',
    ]);
    expect([later.wasStartedBy('me'), later.wasStartedBy('other')]).toEqual([true, false]);
    expect(world.asked).toBe(1);
  });

  it.each(['flight.generated', 'flight.landed'] as const)(
    'is known when the object dies at %s',
    async (step) => {
      world.dieAt = step;
      void flight.generate(PLAN, false, 'me');
      await settled();
      await world.answer();
      flight = world.restart();
      expect(await results([flight.generate(PLAN, false, 'other')])).toEqual(['joined']);
      expect(await results([flight.generate(PLAN, false, 'me')])).toEqual(['generated']);
    },
  );

  it('is known two days later, also where nobody came back to a flight that was lost', async () => {
    world.dieAt = 'flight.generated';
    void flight.generate(PLAN, false, 'me');
    await settled();
    await world.answer();
    flight = world.restart();
    world.clock.advance(world.wakeAt ?? 0);
    await flight.wake();
    expect(world.row).toMatchObject({ state: 'landed', starter: 'me' });
    await flight.wake();
    expect(flight.wasStartedBy('me')).toBe(true);
    world.clock.advance(48 * 3_600_000);
    await flight.wake();
    expect(flight.wasStartedBy('me')).toBe(true);
    world.clock.advance(3_600_000);
    await flight.wake();
    expect(world.row).toBeUndefined();
  });

  it('is forgotten neither when the store cannot tell, nor when the picture is made again for nobody', async () => {
    const first = flight.generate(PLAN, false, 'me');
    await settled();
    await world.answer();
    await first;
    world.isStoreDown = true;
    expect(await results([flight.generate(PLAN, false, 'other')])).toEqual(['storage_unavailable']);
    world.isStoreDown = false;
    expect(flight.wasStartedBy('me')).toBe(true);
    world.objects.clear();
    const again = flight.generate(PLAN, false);
    await settled();
    await world.answer();
    expect(await results([again])).toEqual(['generated']);
    expect(flight.wasStartedBy('me')).toBe(true);
  });

  it('is whoever flew again where the first flight made nothing', async () => {
    void flight.generate(PLAN, false, 'me');
    await settled();
    world.owed.length = 0;
    flight = world.restart();
    const second = flight.generate(PLAN, false, 'other');
    await settled();
    await world.answer();
    expect(await results([second, flight.generate(PLAN, false, 'me')])).toEqual(['generated', 'joined']);
  });
});

describe('a flight that wakes', () => {
  it('forgets a landing', async () => {
    void flight.generate(PLAN, false);
    await settled();
    await world.answer();
    expect(world.wakeAt).toBe(120_000);
    await flight.wake();
    expect(world.row).toBeUndefined();
  });

  it('forgets a flight that was lost', async () => {
    void flight.generate(PLAN, false);
    await settled();
    await world.restart().wake();
    expect(world.row).toBeUndefined();
  });

  it('forgets nothing of a flight under way', async () => {
    const waiting = flight.generate(PLAN, false);
    await settled();
    world.clock.advance(world.wakeAt ?? 0);
    await flight.wake();
    expect(world.row).toMatchObject({ state: 'flying' });
    expect(world.wakeAt).toBe(240_000);
    await world.answer();
    expect(await results([waiting])).toEqual(['generated']);
  });

  it('keeps the recipe that it owes before it forgets', async () => {
    world.isBookDown = true;
    const waiting = flight.generate(PLAN, false);
    await settled();
    await world.answer();
    expect(await results([waiting])).toEqual(['generated']);
    expect(world.log).toEqual([expect.objectContaining({ event: 'recipe_not_kept' })]);
    flight = world.restart();
    await flight.wake();
    expect(world.row).toMatchObject({ state: 'landed', unkept: PLAN });
    world.isBookDown = false;
    await flight.wake();
    expect(world.row).toBeUndefined();
    expect(world.recipes.get(PLAN.fingerprint)).toEqual(PLAN.recipe);
  });

  it('owes the recipe of a picture that was made through flights that fail', async () => {
    world.isBookDown = true;
    void flight.generate(PLAN, false);
    await settled();
    await world.answer();
    world.objects.clear();
    const again = flight.generate(PLAN, false);
    await settled();
    await world.fail(new ApiError('backend_unavailable'));
    expect(await results([again])).toEqual(['backend_unavailable']);
    world.isBookDown = false;
    await world.restart().wake();
    expect(world.row).toBeUndefined();
    expect(world.recipes.get(PLAN.fingerprint)).toEqual(PLAN.recipe);
  });
});

describe('a flight whose callers may leave', () => {
  const leaver = (caller: string) => flight.generate(PLAN, true, caller, undefined, caller);

  it('is withdrawn when the last of them has left, and flown anew at once for who comes after', async () => {
    const answers = [leaver('a'), leaver('b')];
    await settled();
    flight.leave('a');
    expect(world.withdrawn()).toBe(false);
    flight.leave('b');
    expect(world.withdrawn()).toBe(true);
    // Comes while the backend has not yet said what became of it.
    const late = flight.generate(PLAN, true, 'late');
    await world.fail(new ApiError('superseded'));
    expect(await results(answers)).toEqual(['superseded', 'superseded']);
    expect(world.asked).toBe(2);
    expect(world.withdrawn()).toBe(false);
    await world.answer();
    expect(await results([late])).toEqual(['generated']);
    expect(world.log).toEqual([]);
    expect(flight.wasStartedBy('a')).toBe(false);
  });

  it('goes on for who does not leave, and its starter pays', async () => {
    const starter = leaver('a');
    await settled();
    const other = flight.generate(PLAN, true, 'b');
    flight.leave('a');
    await settled();
    expect(world.withdrawn()).toBe(false);
    await world.answer();
    expect(await results([starter, other])).toEqual(['generated', 'joined']);
  });

  it('lands where the backend had begun: it is charged to who left', async () => {
    const starter = leaver('a');
    await settled();
    flight.leave('a');
    await world.answer();
    expect(await results([starter])).toEqual(['generated']);
    expect(world.recipes.get(PLAN.fingerprint)).toEqual(PLAN.recipe);
  });

  it('leaves no pause behind it', async () => {
    const answer = leaver('a');
    await settled();
    flight.leave('a');
    await world.fail(new ApiError('superseded'));
    expect(await results([answer])).toEqual(['superseded']);
    const next = world.restart().generate(PLAN, true, 'b');
    await settled();
    await world.answer();
    expect(await results([next])).toEqual(['generated']);
  });
});
