import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Tokenizer } from '@huggingface/tokenizers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalisePrompt } from '../../../gpu-backend/contract/canonicalise.ts';
import { CheckpointError } from '../../../gpu-backend/convert/checkpoint/checkpoint-error.ts';
import type { TokenModel } from '../../../gpu-backend/convert/tokenizer/check-tokenizer.ts';
import {
  type LoadedTokenizer,
  loadTokenizer,
  type TokenizerSources,
} from '../../../gpu-backend/convert/tokenizer/load-tokenizer.ts';
import { EMOJI_CHECKPOINT } from '../../fixtures/emoji-checkpoint.ts';
import { goldenEmoji, goldenPrompts } from '../../fixtures/golden-emoji.ts';
import { readNpy } from '../../fixtures/npy.ts';

const CLIP = new URL('../../../../shared/golden/clip/', import.meta.url);
const MERGES = fileURLToPath(new URL('bpe_simple_vocab_16e6.txt.gz', CLIP));
const CLIP_MODEL = { file: 'ViT-B-32.pt', vocabSize: 49_408 };
const CLIP_CONTEXT = 77;
const EMOJI_MODEL = { file: 'clip.pth', vocabSize: 1_690 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-tokenizer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function stored(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Token ids of a prompt, cut to the context with the end token last. */
function encoder({ bytes }: LoadedTokenizer, contextLength: number): (prompt: string) => number[] {
  const tokenizer = new Tokenizer(JSON.parse(new TextDecoder().decode(bytes)), {});
  return (prompt) => {
    const { ids } = tokenizer.encode(prompt);
    return ids.length > contextLength ? [...ids.slice(0, contextLength - 1), ids.at(-1) as number] : ids;
  };
}

/** The parts of a tokenizer.json that tests take apart. */
interface TokenizerJson {
  added_tokens: { id: number; content: string }[];
  post_processor: unknown;
  model: { type: string; vocab: Record<string, number>; merges: string[] };
}

const parsed = ({ bytes }: LoadedTokenizer): TokenizerJson => JSON.parse(new TextDecoder().decode(bytes));

describe('OpenAI’s list of merges', () => {
  let clip: LoadedTokenizer;
  beforeAll(async () => {
    clip = await loadTokenizer({ tokenizer: MERGES }, CLIP_MODEL);
  });

  it('gives CLIP’s start and end token', () => {
    expect(clip).toMatchObject({ startToken: 49_406, endToken: 49_407 });
  });

  it('gives CLIP’s ids for 3,000 odd prompts', () => {
    const encode = encoder(clip, CLIP_CONTEXT);
    const lines = readFileSync(new URL('tokens.jsonl', CLIP), 'utf8').trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as { text: string; ids: number[] });
    expect(rows).toHaveLength(3_000);
    const wrong = rows.filter(({ text, ids }) => String(encode(canonicalisePrompt(text))) !== String(ids));
    expect(wrong.map(({ text }) => text)).toEqual([]);
  });

  it.each([
    ['a\u0345b', [49406, 320, 321, 49407]],
    ["cat'ſ", [49406, 2368, 6, 129, 379, 49407]],
    ['dog<|endoftext|>cat', [49406, 1929, 49407, 2368, 49407]],
  ])('gives CLIP’s ids for %j', (prompt, ids) => {
    expect(encoder(clip, CLIP_CONTEXT)(prompt)).toEqual(ids);
  });

  it('reads it unpacked too', async () => {
    const text = stored('merges-unpacked.txt', gunzipSync(readFileSync(MERGES)));
    expect(await loadTokenizer({ tokenizer: text }, CLIP_MODEL)).toEqual(clip);
  });

  it('gives the same as vocab.json and merges.txt of the same vocabulary', async () => {
    const { vocab, merges } = parsed(clip).model;
    const sources: TokenizerSources = {
      tokenizer: stored('vocab.json', JSON.stringify(vocab)),
      merges: stored('merges.txt', `#version: 0.2\n${merges.join('\n')}\n`),
    };
    expect(await loadTokenizer(sources, CLIP_MODEL)).toEqual(clip);
  });

  it('gives what is accepted as tokenizer.json, byte for byte', async () => {
    const tokenizer = stored('tokenizer.json', clip.bytes);
    expect(await loadTokenizer({ tokenizer }, CLIP_MODEL)).toEqual({
      ...clip,
      bytes: expect.anything(),
    });
    const again = await loadTokenizer({ tokenizer }, CLIP_MODEL);
    expect(Buffer.from(again.bytes).equals(Buffer.from(clip.bytes))).toBe(true);
  });
});

it('the emoji model’s tokenizer gives the golden ids', async () => {
  const emoji = await loadTokenizer(EMOJI_CHECKPOINT, EMOJI_MODEL);
  const golden = readNpy<BigInt64Array>(goldenEmoji('token_ids.npy'));
  const [, contextLength = 0] = golden.shape;
  const encode = encoder(emoji, contextLength);
  const padded = goldenPrompts().flatMap((prompt) => {
    const ids = encode(prompt);
    return [...ids, ...Array<number>(contextLength - ids.length).fill(0)];
  });
  expect(padded).toEqual(Array.from(golden.data, Number));
});

describe('a tokenizer that is damaged or does not fit is refused', () => {
  const emojiJson = (): TokenizerJson => JSON.parse(readFileSync(EMOJI_CHECKPOINT.tokenizer, 'utf8'));

  async function refusal(sources: TokenizerSources, model: TokenModel): Promise<string> {
    const error = await loadTokenizer(sources, model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as CheckpointError).message;
  }

  it.each<[string, () => string | Uint8Array, RegExp]>([
    ['a cut gzip stream', () => readFileSync(MERGES).subarray(0, 1_000), /gzip stream is damaged/u],
    ['a gzip bomb', () => gzipSync(Buffer.alloc(70 * 1024 * 1024)), /larger than 67108864 bytes/u],
    ['no text', () => Uint8Array.of(0xff, 0xfe, 0x80), /not UTF-8/u],
    ['cut JSON', () => '{"model": {', /not JSON/u],
    ['JSON of something else', () => '{"model": 1}', /merges|not a tokenizer/u],
    [
      'too few merges',
      () => '#version\ni n\nt h\n',
      /2 merges give 516 tokens; the model in clip\.pth has 1690/u,
    ],
    ['a merge of three tokens', () => '#version\ni n\nt h e\n', /line 3 is "t h e"; expected two tokens/u],
    ['another kind of model', () => withModel({ type: 'Unigram' }), /not a tokenizer: .*BPE/u],
    [
      'ids beyond the model',
      () => withModel({ vocab: { ...emojiJson().model.vocab, x: 1_690 } }),
      /highest token id is 1690; the model in clip\.pth has 1690 tokens, 0 to 1689/u,
    ],
    [
      'no end token',
      () =>
        withModel(
          { vocab: withoutToken('<|endoftext|>') },
          { added_tokens: emojiJson().added_tokens.slice(0, 1) },
        ),
      /token <\|endoftext\|> is missing/u,
    ],
    [
      'an end token that is not the highest',
      () =>
        json({ added_tokens: emojiJson().added_tokens.map((token) => ({ ...token, id: 3_377 - token.id })) }),
      /<\|endoftext\|> has id 1688; expected the highest, 1689/u,
    ],
    [
      'no post-processor',
      () => json({ post_processor: null }),
      /"a" becomes \[.*\]; expected 1688, its tokens, 1689/u,
    ],
    ['a normalizer that nobody knows', () => json({ normalizer: { type: 'Surprise' } }), /does not load/u],
  ])('%s', async (name, content, reason) => {
    const tokenizer = stored(name, content());
    expect(await refusal({ tokenizer }, EMOJI_MODEL)).toMatch(reason);
  });

  function json(changes: object): string {
    return JSON.stringify({ ...emojiJson(), ...changes });
  }

  function withModel(changes: object, others: object = {}): string {
    return json({ model: { ...emojiJson().model, ...changes }, ...others });
  }

  function withoutToken(token: string): Record<string, number> {
    const { [token]: _, ...others } = emojiJson().model.vocab;
    return others;
  }

  it.each<[string, TokenizerSources, TokenModel, RegExp]>([
    [
      'a smaller tokenizer.json',
      EMOJI_CHECKPOINT,
      CLIP_MODEL,
      /tokenizer\.json: its highest token id is 1689; the model in ViT-B-32\.pt has 49408 tokens, 0 to 49407/u,
    ],
    [
      'OpenAI’s merges, of which the first would do',
      { tokenizer: MERGES },
      EMOJI_MODEL,
      /\.txt\.gz: \d+ merges give \d+ tokens; the model in clip\.pth has 1690/u,
    ],
    [
      'OpenAI’s merges, one short of what the first would do',
      { tokenizer: MERGES },
      { file: 'other.pth', vocabSize: 49_407 },
      /\.txt\.gz: \d+ merges give \d+ tokens; the model in other\.pth has 49407/u,
    ],
  ])('%s, since it is another model’s', async (_, sources, model, reason) => {
    expect(await refusal(sources, model)).toMatch(reason);
  });

  it('a vocab.json of another model', async () => {
    const { vocab, merges } = emojiJson().model;
    const sources = {
      tokenizer: stored('emoji-vocab.json', JSON.stringify(vocab)),
      merges: stored('emoji-merges.txt', `#version\n${merges.join('\n')}\n`),
    };
    expect((await loadTokenizer(sources, EMOJI_MODEL)).endToken).toBe(1_689);
    expect(await refusal(sources, CLIP_MODEL)).toMatch(/highest token id is 1689; .* has 49408 tokens/u);
  });

  it('merges that are cut off', async () => {
    const { vocab, merges } = emojiJson().model;
    const sources = {
      tokenizer: stored('whole-vocab.json', JSON.stringify(vocab)),
      merges: stored('cut-merges.txt', `#version\n${merges.slice(0, -1).join('\n')}\n`),
    };
    expect(await refusal(sources, EMOJI_MODEL)).toMatch(
      /cut-merges\.txt: none of its 1499 merges makes the token ".*", which .*whole-vocab\.json has/u,
    );
  });

  it('a vocab.json without merges, or with wrong ones', async () => {
    const { vocab } = emojiJson().model;
    const tokenizer = stored('vocab-alone.json', JSON.stringify(vocab));
    expect(await refusal({ tokenizer }, EMOJI_MODEL)).toContain('give --tokenizer-merges too');
    const merges = stored('odd-merges.txt', '#version\nq zebra\n');
    expect(await refusal({ tokenizer, merges }, EMOJI_MODEL)).toContain(
      'merge "q zebra" needs the token "zebra"',
    );
    const startless = stored('startless.json', JSON.stringify(withoutToken('<|startoftext|>')));
    expect(await refusal({ tokenizer: startless, merges }, EMOJI_MODEL)).toContain(
      '<|startoftext|> is missing',
    );
  });

  it('merges beside a file that needs none', async () => {
    const merges = stored('spare-merges.txt', '#version\n');
    const { tokenizer } = EMOJI_CHECKPOINT;
    expect(await refusal({ tokenizer, merges }, EMOJI_MODEL)).toContain(
      '--tokenizer-merges goes with a vocab.json',
    );
  });
});
