import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../gpu-backend/training/dataset/parse-options.ts';

describe('parseOptions of dataset:emoji', () => {
  it('renders both sizes to .data/emoji if not told otherwise', () => {
    expect(parseOptions([], '/home/user')).toMatchObject({
      out: '.data/emoji',
      sizes: [224, 64],
      force: false,
    });
  });

  it('takes paths from where the user is', () => {
    const paths = ['--out', 'drawings', '--packages', '/icons'];
    expect(parseOptions(paths, '/home/user')).toMatchObject({
      out: '/home/user/drawings',
      packages: '/icons',
    });
  });

  it('takes a size alone', () => {
    expect(parseOptions(['--size', '64', '--limit', '20'], '/home/user')).toMatchObject({
      sizes: [64],
      limit: 20,
    });
  });

  it.each([
    ['--size', '225', /--size is "225"; allowed are whole numbers from 16 to 224/u],
    ['--size', '64,', /--size is ""/u],
    ['--size', '1e2', /--size is "1e2"/u],
    ['--limit', '0', /--limit is "0"; allowed are whole numbers from 1/u],
    ['--style', 'noto', /--style/u],
  ])('refuses %s %s', (name, value, message) => {
    expect(() => parseOptions([name, value], '/home/user')).toThrow(message);
  });
});
