import { describe, expect, it } from 'vitest';
import { spokenName, withArticle } from '../../gpu-backend/training/dataset/noun-phrase.ts';

/** `[label, name with its article]` */
const CASES: readonly (readonly [string, string])[] = [
  ['red apple', 'a red apple'],
  ['owl', 'an owl'],
  ['ewe', 'a ewe'],
  ['unicorn', 'a unicorn'],
  ['X-ray', 'an x-ray'],
  ['grapes', 'grapes'],
  ['compass', 'a compass'],
  ['bus', 'a bus'],
  ['rhinoceros', 'a rhinoceros'],
  ['leopard', 'a leopard'],
  ['mountain', 'a mountain'],
  ['fire', 'fire'],
  ['wedding', 'a wedding'],
  ['grinning', 'grinning'],
  ['man: red hair', 'a man with red hair'],
  ['woman: bald', 'a bald woman'],
  ['people wrestling', 'people wrestling'],
  ['person fencing', 'a person fencing'],
  ['palms up together', 'palms up together'],
  ['bouquet', 'a bouquet'],
  ['sun behind cloud', 'a sun behind cloud'],
  ['one o’clock', "a clock showing one o'clock"],
  ['Aries', 'an aries zodiac sign'],
  ['no smoking', 'a no smoking sign'],
  ['locked with pen', 'a padlock with pen'],
  ['Statue of Liberty', 'statue of liberty'],
  ['money with wings', 'money with wings'],
];

describe('withArticle', () => {
  it.each(CASES)('%s → %s', (label, phrase) => {
    expect(withArticle(spokenName(label))).toBe(phrase);
  });
});
