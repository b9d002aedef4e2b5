/** A string, with the colon where it names a field; or where an object or array begins or ends. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/gu;

/**
 * The first field that stands twice in one object of `json`, which must be valid JSON: of such fields parsers keep one,
 * not all the same one, so that who asked, who signed and who counts could read different requests.
 */
export function repeatedField(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(TOKENS)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (text !== undefined && colon !== undefined) {
      // Escapes are other spellings of the same name.
      const name = JSON.parse(text) as string;
      const names = open.at(-1);
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
