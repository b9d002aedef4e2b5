import type { IconSetInfo } from './icon-set.ts';

/** Said where a set's own information is less than its licence asks for. */
const CREDITS: Readonly<Record<string, string>> = {
  '@iconify-json/twemoji': 'Graphics by Twitter, Inc. and other contributors, licensed under CC BY 4.0.',
  '@iconify-json/emojione': 'Emoji provided free by EmojiOne (version 2), licensed under CC BY 4.0.',
  '@iconify-json/noto': 'Copyright Google LLC.',
  '@iconify-json/noto-v1': 'Copyright Google LLC.',
  '@iconify-json/fxemoji': 'Copyright Mozilla Foundation.',
  '@iconify-json/fluent-emoji': 'Copyright (c) Microsoft Corporation.',
  '@iconify-json/fluent-emoji-flat': 'Copyright (c) Microsoft Corporation.',
};

const MIT_NOTICE = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The text that ships with the data set and with every model trained on it. */
export function attribution(sets: readonly IconSetInfo[]): string {
  const sections = sets.map(({ name, author, license, package: packageName, version }) =>
    [
      `## ${name}`,
      '',
      `${CREDITS[packageName] ?? `By ${author.name}.`}`,
      '',
      `- Author: ${author.name}, ${author.url}`,
      `- Licence: ${license.title} (${license.spdx}), ${license.url}`,
      `- Package: ${packageName} ${version}`,
      '- Changes: rasterised, centred on white, made smaller; a model has learned from the pictures',
    ].join('\n'),
  );
  return `# Artwork that this was made from

Drawings of the emoji sets below were rendered to pictures. All licences allow commercial use; CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/) asks for the credits below, Apache-2.0
(https://www.apache.org/licenses/LICENSE-2.0) and MIT for their notices.

${sections.join('\n\n')}

## Names and keywords

emojibase-data, Copyright (c) 2017-2019 Miles Johnson, MIT; names and keywords of Unicode CLDR, Copyright Unicode, Inc.,
Unicode-3.0 (https://www.unicode.org/license.txt).

## MIT licence

${MIT_NOTICE}
`;
}
