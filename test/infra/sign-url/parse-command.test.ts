import { describe, expect, it } from 'vitest';
import { urlPartsOf } from '../../../gpu-backend/contract/signable-file.ts';
import { parseCommand } from '../../../infra/sign-url/parse-command.ts';

function urlOf(...argv: string[]) {
  const command = parseCommand(argv, 1_000);
  return command && urlPartsOf(command.file);
}

describe('npm run sign-url', () => {
  it('makes a webp of the prompt unless told otherwise', () => {
    expect(urlOf('a red apple')).toEqual({ options: '-', prompt: 'a red apple', extension: 'webp' });
  });

  it('passes the options on, in one order', () => {
    const argv = [
      '--seed',
      '7',
      '--size',
      '128',
      'cat',
      '--as',
      'png',
      '--expires',
      '1h',
      '--preset',
      'icon',
    ];
    expect(urlOf(...argv)).toEqual({
      options: 'preset:icon,size:128,seed:7,expires:4600',
      prompt: 'cat',
      extension: 'png',
    });
  });

  it('passes on what steers the noise', () => {
    expect(urlOf('cat', '--truncation', '0.7', '--variation', '5', '--strength', '0.3')?.options).toBe(
      'truncation:0.7,variation:5,strength:0.3',
    );
  });

  it('says that a prompt is a mix, and how many candidates there are', () => {
    const args = ['--seed', '7', '--best-of', '4', '--judge', 'clip'];
    expect(urlOf('--mix', 'a cat*2|a dog;3=a fox', ...args)).toEqual({
      options: 'seed:7,best_of:4,judge:clip,prompt:mix',
      prompt: 'a cat*2|a dog*1;3=a fox',
      extension: 'webp',
    });
  });

  it('makes a morph of several prompts, and a grid of two axes', () => {
    const morph = ['a > b', 'c', '--frames', '8', '--seeds', '7_9', '--loop', '--as', 'gif'];
    expect(urlOf(...morph)).toEqual({
      options: 'frames:8,seeds:7_9,loop:true',
      prompt: 'a ~> b>c',
      extension: 'gif',
    });
    expect(urlOf('a > b', '--across', 'seed_0_1', '--down', 'truncation_0.5_1', '--as', 'png')).toEqual({
      options: 'across:seed_0_1,down:truncation_0.5_1',
      prompt: 'a > b',
      extension: 'png',
    });
    expect(urlOf('a', 'b', '--across', 'prompt', '--down', 'seed_0_1')?.prompt).toBe('a>b');
  });

  it.each([[[]], [['--help']], [['cat', '-h']]])('shows its use for %j', (argv) => {
    expect(parseCommand(argv, 0)).toBeUndefined();
  });

  it.each([
    [['a', 'cat'], /one prompt/u],
    [['cat', '--as', 'gif'], /"gif".*webp, png, jpg, avif/u],
    [['cat', '--expires', 'soon'], /--expires/u],
    [['cat', '--colour', 'red'], /--colour/u],
    [['cat', '--size', 'x'], /--size is "x".*number/u],
    [['cat', '--fps', '3'], /--fps is not for a picture/u],
    [['a', 'b', '--frames', '8', '--best-of', '3'], /--best-of is not for a morph/u],
    [['a', 'b', '--frames', '8', '--seeds', '1'], /1 seeds.*2 prompts/u],
    [['a', '--across', 'seed_1'], /--down go together/u],
    [['a', '--across', 'size_1', '--down', 'seed_1'], /--across is "size_1".*prompt, or seed, truncation/u],
    [['--mix', 'a;b'], /PROMPT must name stages/u],
  ])('refuses %j', (argv, message) => {
    expect(() => parseCommand(argv, 0)).toThrow(message);
  });
});
