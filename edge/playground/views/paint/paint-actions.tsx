import type { JSX } from 'preact';
import type { Picture } from '../../api/paint.ts';
import { CacheBadge, priceOf } from '../../parts/cache-badge.tsx';
import { CopyPanel } from '../../parts/copy-panel.tsx';
import { useCopy } from '../../parts/use-copy.ts';
import { useSession } from '../../session.ts';
import { saveFile } from '../../state/save-file.ts';
import { curlOf, imgOf, typescriptOf } from '../../state/snippets.ts';
import type { Painting } from '../../state/use-painting.ts';

/** Longest part of a file's name that the prompt gives. */
const MAX_NAME = 60;

/** The price of what comes next, and what can be done with the picture that is there. */
export function PaintActions({ painting, isLive }: { painting: Painting; isLive: boolean }): JSX.Element {
  const { model } = useSession();
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
      {picture && model && (
        <>
          <div class="actions">
            <button type="button" class="button quiet" onClick={() => link.copy(location.href)}>
              {link.isCopied ? 'Link copied' : 'Copy link'}
            </button>
            <button type="button" class="button quiet" onClick={() => void save(picture)}>
              Download
            </button>
          </div>
          <CopyPanel
            snippets={[
              { name: 'curl', text: curlOf(location.origin, '/v1/images/generations', picture.body) },
              { name: 'TypeScript', text: typescriptOf(location.origin, picture.body) },
              {
                name: '<img>',
                text: imgOf(picture.url, picture.recipe.prompt, model.native * picture.recipe.scale),
              },
            ]}
          />
        </>
      )}
    </>
  );
}

/** Under a name that says what it is: a link to it would have the picture's own, its fingerprint. */
async function save({ recipe, seed, file }: Picture): Promise<void> {
  const words = recipe.prompt.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const name = `${words.slice(0, MAX_NAME)}-${seed}${file.slice(file.lastIndexOf('.'))}`;
  saveFile(name, await (await fetch(`/i/${file}`)).blob());
}
