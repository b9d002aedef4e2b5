import { expect, it } from 'vitest';
import { createCircuitBreaker, type Outcome } from '../../edge/backends/circuit-breaker.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

function createBreaker() {
  const clock = createManualClock();
  const changes: string[] = [];
  const breaker = createCircuitBreaker({ now: clock.now, onChange: (circuit) => changes.push(circuit) });
  const send = (...outcomes: Outcome[]): void => {
    for (const outcome of outcomes) breaker.enter().end(outcome);
  };
  return { clock, changes, breaker, send };
}

it('opens after five failures in a row, and not before', () => {
  const { breaker, send, changes } = createBreaker();
  send('bad', 'bad', 'bad', 'bad', 'good', 'bad', 'bad', 'bad', 'bad');
  expect(breaker.circuit()).toBe('closed');
  send('bad');
  expect(breaker.circuit()).toBe('open');
  expect(breaker.pauseMs()).toBe(1_000);
  expect(() => breaker.enter()).toThrow('open');
  expect(changes).toEqual(['open']);
});

it('lets one probe pass when its pause is over, and closes with it', () => {
  const { breaker, send, clock, changes } = createBreaker();
  send('bad', 'bad', 'bad', 'bad', 'bad');
  clock.advance(1_000);
  expect(breaker.circuit()).toBe('due');
  const probe = breaker.enter();
  expect(breaker.circuit()).toBe('open');
  probe.end('good');
  expect(breaker.circuit()).toBe('closed');
  expect(changes).toEqual(['open', 'closed']);
  send('bad', 'bad', 'bad', 'bad');
  expect(breaker.circuit()).toBe('closed');
});

it('doubles its pause with each probe that fails, up to eight seconds', () => {
  const { breaker, send, clock, changes } = createBreaker();
  send('bad', 'bad', 'bad', 'bad', 'bad');
  const pauses: number[] = [];
  for (let probe = 0; probe < 6; probe++) {
    pauses.push(breaker.pauseMs());
    clock.advance(breaker.pauseMs());
    send('bad');
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  expect(changes).toEqual(['open']);
});

it('sends another probe where nothing is heard of one whose sender died', () => {
  const { breaker, send, clock, changes } = createBreaker();
  send('bad', 'bad', 'bad', 'bad', 'bad');
  clock.advance(1_000);
  breaker.enter();
  clock.advance(69_999);
  expect(breaker.circuit()).toBe('open');
  clock.advance(1);
  expect(breaker.circuit()).toBe('due');
  send('good');
  expect(changes).toEqual(['open', 'closed']);
});

it('sends another probe where one was given up before it could be told', () => {
  const { breaker, send, clock } = createBreaker();
  send('bad', 'bad', 'bad', 'bad', 'bad');
  clock.advance(1_000);
  send('unknown');
  expect(breaker.circuit()).toBe('due');
});

it('is not opened by what was under way when it opened', () => {
  const { breaker, send, clock } = createBreaker();
  const old = Array.from({ length: 3 }, () => breaker.enter());
  send('bad', 'bad', 'bad', 'bad', 'bad');
  for (const pass of old) pass.end('bad');
  expect(breaker.pauseMs()).toBe(1_000);
  clock.advance(1_000);
  expect(breaker.circuit()).toBe('due');
});

it('takes a backend that turns requests away for well while it makes pictures, and no longer', () => {
  const { breaker, send, clock } = createBreaker();
  send('good', ...Array<Outcome>(50).fill('busy'));
  expect(breaker.circuit()).toBe('closed');
  clock.advance(10_001);
  send('busy', 'busy', 'busy', 'busy', 'busy');
  expect(breaker.circuit()).toBe('open');
});
