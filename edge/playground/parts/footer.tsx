import type { JSX } from 'preact';
import type { Model } from '../../client/api-types.ts';

/** What the model can do, said before anybody is disappointed. */
export function Footer({ model }: { model: Model | undefined }): JSX.Element {
  return (
    <footer class="footer">
      {model && (
        <p>
          <b>{model.id}</b> draws {model.native} × {model.native} pixels
          {model.id.startsWith('emoji') &&
            ' of what one emoji shows, on white. It is small and knows emoji alone: things, animals, food, faces, in English. It cannot write, count, or put several things in a picture'}
          . {!model.commercialUse && 'Not for commercial use. '}
          {model.licence}.
        </p>
      )}
      <p>
        Pictures are AI generated, and say so in their metadata. <a href="/docs">API docs</a> ·{' '}
        <a href="/licences.txt">Licences of this page</a>
      </p>
    </footer>
  );
}
