import type { JSX } from 'preact';
import type { IssuedApiKey } from '../../../client/api-types.ts';
import { useCopy } from '../../parts/use-copy.ts';

export interface IssuedKeyNoticeProps {
  readonly issued: IssuedApiKey;
  readonly onClose: () => void;
}

/** The text of a new key: the server has only its hash. */
export function IssuedKeyNotice({ issued, onClose }: IssuedKeyNoticeProps): JSX.Element {
  const { isCopied, copy } = useCopy();
  const { name, key } = issued;
  return (
    <div class="notice good" role="status">
      <h3>The key “{name}”</h3>
      <p>Keep it now: it is not shown again.</p>
      {key !== undefined && <code class="secret">{key}</code>}
      <div class="actions">
        {key !== undefined && (
          <button type="button" class="button" onClick={() => copy(key)}>
            {isCopied ? 'Copied' : 'Copy the key'}
          </button>
        )}
        <button type="button" class="button quiet" onClick={onClose}>
          Done
        </button>
      </div>
    </div>
  );
}
