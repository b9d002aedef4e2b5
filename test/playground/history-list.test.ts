import { describe, expect, it } from 'vitest';
import { MAX_PAINTED, type Painted, withPainted } from '../../edge/playground/state/history-list.ts';

const painted = (title: string, at: number): Painted => ({
  place: `#/paint?prompt=${title}`,
  title,
  file: `${title}.png`,
  at,
});

describe('the history', () => {
  it('keeps of what is typed only what stood for a while', () => {
    const list = [painted('a', 0), painted('ap', 300), painted('apple', 900), painted('pear', 5_000)].reduce<
      Painted[]
    >(withPainted, []);
    expect(list.map(({ title }) => title)).toEqual(['pear', 'apple']);
  });

  it('has each picture once, where it was painted last', () => {
    const list = [painted('apple', 0), painted('pear', 5_000), painted('apple', 10_000)].reduce<Painted[]>(
      withPainted,
      [],
    );
    expect(list.map(({ title }) => title)).toEqual(['apple', 'pear']);
  });

  it('ends somewhere', () => {
    const many = Array.from({ length: MAX_PAINTED + 9 }, (_, index) => painted(`p${index}`, index * 10_000));
    expect(many.reduce<Painted[]>(withPainted, [])).toHaveLength(MAX_PAINTED);
  });
});
