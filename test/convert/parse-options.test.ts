import { describe, expect, it } from 'vitest';
import { OptionError, parseOptions } from '../../gpu-backend/convert/parse-options.ts';

const FILES = ['--generator', 'G.pth', '--clip', 'C.pt', '--tokenizer', 'T.gz'];
const CWD = '/home/me';
const ALL = [...FILES, '--out', 'models/Some.Name'];

describe('parseOptions', () => {
  it('fills in CLIP’s statistics and the name of the directory', () => {
    expect(parseOptions(ALL, CWD)).toEqual({
      generator: '/home/me/G.pth',
      clip: '/home/me/C.pt',
      tokenizer: '/home/me/T.gz',
      out: '/home/me/models/Some.Name',
      force: false,
      precision: 'fp32',
      halfWeights: false,
      passes: ['hoist', 'sub-pixel', 'stack'],
      imageMean: [0.48145466, 0.4578275, 0.40821073],
      imageStd: [0.26862954, 0.26130258, 0.27577711],
      id: 'some.name',
      licence: 'unknown',
      commercialUse: false,
      stageOutputs: false,
    });
  });

  it('takes every option', () => {
    const more =
      '--tokenizer-merges M --precision fp16 --image-mean 0,0.5,1 --image-std 1,2,.5 --id x --licence MIT';
    const flags = ['--commercial-use', '--stage-outputs', '--force'];
    expect(parseOptions([...ALL, ...more.split(' '), ...flags], CWD)).toMatchObject({
      tokenizerMerges: '/home/me/M',
      precision: 'fp16',
      imageMean: [0, 0.5, 1],
      imageStd: [1, 2, 0.5],
      id: 'x',
      licence: 'MIT',
      commercialUse: true,
      stageOutputs: true,
      force: true,
    });
  });

  it('takes weights in float16 that are computed with in float32', () => {
    expect(parseOptions([...ALL, '--half-weights'], CWD)).toMatchObject({
      precision: 'fp32',
      halfWeights: true,
    });
  });

  it.each([
    ['none', []],
    ['all', ['hoist', 'sub-pixel', 'stack']],
    ['stack,hoist', ['hoist', 'stack']],
    ['sub-pixel', ['sub-pixel']],
  ])('takes --passes %s', (text, passes) => {
    expect(parseOptions([...ALL, '--passes', text], CWD)).toMatchObject({ passes });
  });

  it('takes a judge, named after its file or its folder', () => {
    expect(parseOptions([...ALL, '--judge', 'big/ViT-B-32.pt'], CWD)?.judge).toEqual({
      checkpoint: '/home/me/big/ViT-B-32.pt',
      name: 'vit-b-32',
    });
    const more = ['--judge', 'My-Judge/clip.pth', '--judge-tokenizer', 'J.json'];
    expect(parseOptions([...ALL, ...more], CWD)?.judge).toEqual({
      checkpoint: '/home/me/My-Judge/clip.pth',
      tokenizer: '/home/me/J.json',
      name: 'my-judge',
    });
    expect(parseOptions([...ALL, ...more, '--judge-name', 'x'], CWD)?.judge?.name).toBe('x');
  });

  it('takes prompts to calibrate int8 on', () => {
    const more = ['--precision', 'int8', '--calibration-prompts', 'p.txt'];
    expect(parseOptions([...ALL, ...more], CWD)).toMatchObject({
      precision: 'int8',
      calibrationPrompts: '/home/me/p.txt',
    });
  });

  it('leaves absolute paths alone, and names a model after the folder that a dot stands for', () => {
    const options = parseOptions([...FILES, '--clip', '/c.pt', '--out', '.'], '/models/small');
    expect(options).toMatchObject({ clip: '/c.pt', out: '/models/small', id: 'small' });
  });

  it('knows when help is asked for', () => {
    expect(parseOptions(['--help'], CWD)).toBeUndefined();
  });

  it.each<[string[], string]>([
    [[], '--generator is missing'],
    [FILES.slice(0, 2), '--clip is missing'],
    [FILES.slice(0, 4), '--tokenizer is missing'],
    [FILES, '--out is missing'],
    [[...ALL, '--clip', ''], '--clip is missing'],
    [[...ALL, '--precision', 'int4'], '--precision is "int4"; allowed are fp32, fp16 and int8'],
    [
      [...ALL, '--precision', 'int8', '--passes', 'hoist'],
      '--passes is "hoist"; --precision int8 allows all alone',
    ],
    [
      [...ALL, '--precision', 'fp16', '--half-weights'],
      '--half-weights goes with --precision fp32, not fp16',
    ],
    [
      [...ALL, '--calibration-prompts', 'p.txt'],
      '--calibration-prompts goes with --precision int8, not fp32',
    ],
    [[...ALL, '--precision', 'int8', '--calibration-prompts', ''], '--calibration-prompts is empty'],
    [
      [...ALL, '--passes', 'hoist,fold'],
      '--passes is "hoist,fold", with "fold"; allowed are all, none, or some of',
    ],
    [[...ALL, '--passes', ''], '--passes is ""'],
    [[...ALL, '--passes', 'none,hoist'], '--passes is "none,hoist", with "none"'],
    [[...ALL, '--image-mean', '0.5'], '--image-mean is "0.5"; expected three numbers'],
    [[...ALL, '--image-mean', '0.5,0.5,'], '--image-mean is "0.5,0.5,"'],
    [[...ALL, '--image-mean', '1,2,3,4'], '--image-mean is "1,2,3,4"'],
    [[...ALL, '--image-std', '1,a,1'], '--image-std is "1,a,1"'],
    [[...ALL, '--image-std', '1,1,0'], '--image-std is "1,1,0"; each value must be above 0'],
    [[...ALL, '--id', 'A b'], '--id is "A b"'],
    [[...ALL, '--licence', ''], '--licence is empty'],
    [[...ALL, '--notices', ''], '--notices is empty'],
    [[...ALL, '--tokenizer-merges', ''], '--tokenizer-merges is empty'],
    [[...ALL, '--judge', ''], '--judge is empty'],
    [[...ALL, '--judge', 'J.pt', '--judge-tokenizer', ''], '--judge-tokenizer is empty'],
    [[...ALL, '--judge-tokenizer', 'J.json'], '--judge-tokenizer goes with --judge'],
    [[...ALL, '--judge', 'J.pt', '--judge-name', 'A b'], '--judge-name is "A b"'],
    [[...ALL, '--out'], '--out'],
    [[...ALL, '--surprise'], '--surprise'],
    [[...ALL, 'stray'], 'stray'],
  ])('%j is refused with the option’s name', (args, message) => {
    expect(() => parseOptions(args, CWD)).toThrow(OptionError);
    expect(() => parseOptions(args, CWD)).toThrow(message);
  });
});
