import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Tokenizer } from '@huggingface/tokenizers';
import { expect, it } from 'vitest';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { loadTokenizer } from '../../gpu-backend/convert/tokenizer/load-tokenizer.ts';

const clip = new URL('../../../shared/golden/clip/', import.meta.url);
it('probe', async () => {
  const { bytes } = await loadTokenizer(
    { tokenizer: fileURLToPath(new URL('bpe_simple_vocab_16e6.txt.gz', clip)) },
    49408,
  );
  const t = new Tokenizer(JSON.parse(new TextDecoder().decode(bytes)), {});
  const rows = readFileSync(new URL('tokens.jsonl', clip), 'utf8')
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l));
  let bad = 0;
  for (const { text, ids } of rows) {
    const got = t.encode(canonicalisePrompt(text)).ids;
    const cut = got.length > 77 ? [...got.slice(0, 76), got.at(-1)] : got;
    if (String(cut) !== String(ids)) {
      if (bad++ < 12)
        console.log(JSON.stringify(text), JSON.stringify(canonicalisePrompt(text)), ids.join(), cut.join());
    }
  }
  expect(bad).toBe(0);
});
