/** Labels that read badly as a phrase, and how they are said. */
const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/^(man|woman|person): bald$/u, 'bald $1'],
  [/^(man|woman|person): beard$/u, '$1 with a beard'],
  [/^(man|woman|person): (.+)$/u, '$1 with $2'],
  [/^(\S+) o'clock$/u, "clock showing $1 o'clock"],
  [
    /^(aries|taurus|gemini|cancer|leo|virgo|libra|scorpio|sagittarius|capricorn|aquarius|pisces|ophiuchus)$/u,
    '$1 zodiac sign',
  ],
  [
    /^(no (?:entry|bicycles|smoking|littering|pedestrians|mobile phones|one under eighteen)|warning|prohibited|radioactive|biohazard|copyright|registered|trade mark|(?:non-)?potable water|passport control|customs|baggage claim|left luggage|children crossing|multiply|plus|minus|divide)$/u,
    '$1 sign',
  ],
  [/^locked( with (?:pen|key))?$/u, 'padlock$1'],
  [/^unlocked$/u, 'open padlock'],
  [/^star-struck$/u, 'star-struck face'],
  [/^foggy$/u, 'foggy city'],
  [/^dizzy$/u, 'dizzy star'],
  [/^construction$/u, 'construction barrier'],
  [/^high voltage$/u, 'high voltage lightning bolt'],
  [/^cooking$/u, 'frying pan with an egg'],
  [/^dashing away$/u, 'puff of dust'],
  [/^hourglass done$/u, 'hourglass'],
  [/^hourglass not done$/u, 'hourglass with flowing sand'],
  [/^face savoring food$/u, 'face that savours food'],
  [/^(?:wireless|cinema)$/u, '$& symbol'],
  [/[“”"!]/gu, ' '],
];

/** What is not counted: no article. */
const MASS: ReadonlySet<string> = new Set(
  `bacon bamboo bread broccoli butter cheese clothing coral corn custard dna falafel fire fog food fries fruit garlic
  hair headwear honey ice infinity landslide laundry luggage mail mate meat milk money oden pasta polish poo poop popcorn
  rain rice sake salt snow soap spaghetti steam sushi tea tennis water wine wood yarn zzz baseball basketball softball
  volleyball football badminton bowling hockey lacrosse racing camping confetti music moonlight night dusk breast-feeding
  graduation laughing om points`.split(/\s+/u),
);

/** Plurals without s, and words on s that are singular. */
const PLURAL: ReadonlySet<string> = new Set([
  'maracas',
  'people',
  'men',
  'women',
  'children',
  'dice',
  'feet',
  'teeth',
  'mice',
]);
const SINGULAR: ReadonlySet<string> = new Set(['rhinoceros', 'christmas', 'canvas']);

/** Things whose names end in -ing or -ed. */
const ENDS_LIKE_FEELING: ReadonlySet<string> = new Set(
  'bed building dumpling earring king painting pudding ring seed seedling shed sled string swing wedding wing'.split(
    ' ',
  ),
);

const PROPER_NAME = /^(?:mount fuji|tokyo tower|statue of liberty|santa|mrs\.|mx )/u;

/** Where the head of a phrase ends: "sun behind cloud", "palms up together", "piece of pizza". */
const AFTER_HEAD =
  /\s(?:with|without|of|in|on|at|over|behind|under|from|by|showing|for|to|and|that|up|down|together|tilted|pointed|pointing|curving|fluttering|increasing|facing|done|off)\b.*$/u;
const PERSON_DOES = /^((?:\S+ )?(?:person|man|woman|people|men|women|face|head)) (?:\w+ing)\b.*$/u;

/** A name as it stands in running text: lower case, without the catalogue's punctuation. */
export function spokenName(label: string): string {
  let name = label.toLowerCase().replaceAll('’', "'").trim();
  for (const [pattern, replacement] of REWRITES) name = name.replace(pattern, replacement);
  return name.replaceAll(/\s+/gu, ' ').trim();
}

/** A spoken name with its indefinite article where English wants one: "a red apple", "an owl", "grapes", "fire". */
export function withArticle(name: string): string {
  const subject = name.replace(PERSON_DOES, '$1').replace(AFTER_HEAD, '');
  const head = subject.split(' ').at(-1) ?? name;
  // A lone "grinning" or "confused" is a feeling's name in chat programs, not a thing.
  const isFeeling = !name.includes(' ') && /(?:ing|ed)$/u.test(name) && !ENDS_LIKE_FEELING.has(name);
  if (PROPER_NAME.test(name) || MASS.has(head) || isPlural(head) || isFeeling) return name;
  return `${startsWithVowelSound(name) ? 'an' : 'a'} ${name}`;
}

function isPlural(word: string): boolean {
  if (PLURAL.has(word)) return true;
  return /s$/u.test(word) && !/(?:ss|us|is|as|'s)$/u.test(word) && !SINGULAR.has(word);
}

function startsWithVowelSound(name: string): boolean {
  if (/^(?:uni|uk|eu|ewe|one\b|ufo)/u.test(name)) return false;
  if (/^(?:hour|honest|x-ray|atm|sos|8)/u.test(name)) return true;
  return /^[aeiou]/u.test(name);
}
