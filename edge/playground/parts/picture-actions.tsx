import type { JSX } from 'preact';
import type { ShownPicture } from '../api/paint.ts';
import { saveFile } from '../state/save-file.ts';
import { curlOf, imgOf, typescriptOf } from '../state/snippets.ts';
import type { Painting } from '../state/use-painting.ts';
import { CacheBadge, priceOf } from './cache-badge.tsx';
import { CopyPanel } from './copy-panel.tsx';
import { useCopy } from './use-copy.ts';

/** Longest part of a file's name that the prompt gives. */
const MAX_NAME = 60;

/** The price of what comes next, and what can be done with the picture that is there. */
export function PictureActions({ painting, isLive }: { painting: Painting; isLive: boolean }): JSX.Element {
  const { picture, price, isBusy, paintNow } = painting;
  const link = useCopy();
  const [next] = price?.data ?? [];
  return (
    <>
      {!isLive && (
        <div class="price">
          <button type="button" class="button" disabled={!price || isBusy} onClick={paintNow}>
            {price ? `Paint · ${priceOf(price.units)}` : 'Paint'}
          </button>
          {next && <CacheBadge cache={next.cache} units={next.units} isQuote />}
        </div>
      )}
      {picture && (
        <>
          <div class="actions">
            <button type="button" class="button quiet" onClick={() => link.copy(location.href)}>
              {link.isCopied ? 'Link copied' : 'Copy link'}
            </button>
            <button type="button" class="button quiet" onClick={() => void save(picture)}>
              Download
            </button>
          </div>
          <CopyPanel snippets={snippetsOf(picture)} />
        </>
      )}
    </>
  );
}

function snippetsOf({ wanted: { title, body }, url, px }: ShownPicture): { name: string; text: string }[] {
  const { origin } = location;
  return [
    { name: 'curl', text: curlOf(origin, '/v1/images/generations', body) },
    { name: 'TypeScript', text: typescriptOf(origin, body) },
    { name: '<img>', text: imgOf(url, title, px) },
  ];
}

/** Under a name that says what it is: a link to it would have the picture's own, its fingerprint. */
async function save({ wanted: { title }, seed, file }: ShownPicture): Promise<void> {
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const name = `${words.slice(0, MAX_NAME)}-${seed}${file.slice(file.lastIndexOf('.'))}`;
  saveFile(name, await (await fetch(`/i/${file}`)).blob());
}
