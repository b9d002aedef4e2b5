import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../../infra/sign-url/parse-command.ts';

const urlOf = (...argv: string[]) => parseCommand(argv, 1_000)?.url;

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
    expect(urlOf('--mix', 'a cat*2|a dog;3=a fox', '--seed', '7', '--best-of', '4')).toEqual({
      options: 'seed:7,best_of:4,prompt:mix',
      prompt: 'a cat*2|a dog;3=a fox',
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
  ])('refuses %j', (argv, message) => {
    expect(() => parseCommand(argv, 0)).toThrow(message);
  });
});
