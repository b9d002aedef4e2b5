/**
 * Several texts on one line, as signed URLs of morphs and grids have them: `a red apple>a banana`. Within a text `~` stands
 * before each of `~` and `>`.
 */
export function writeChain(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[~>]/gu, '~$&')).join('>');
}

/** What `writeChain` wrote. @throws SyntaxError for a `~` that stands before something else. */
export function readChain(chain: string): string[] {
  const texts = [''];
  for (const [token, escaped] of chain.matchAll(/~([~>])|./gsu)) {
    if (token === '~') throw new SyntaxError('has a "~" alone; it stands before "~" or ">"');
    if (token === '>') texts.push('');
    else texts.push((texts.pop() ?? '') + (escaped ?? token));
  }
  return texts;
}
