import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiKey, IssuedApiKey } from '../../../client/api-types.ts';
import type { GalipError } from '../../../client/errors.ts';
import type { Api } from '../../api/api.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useSession } from '../../session.ts';
import { failureOf } from '../../state/failure-words.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { IssuedKeyNotice } from './issued-key-notice.tsx';
import { KeyTable } from './key-table.tsx';
import { NewKeyForm } from './new-key-form.tsx';

const MAX_KEYS = 100;

/** API keys: listed, issued, re-rolled and revoked. */
export function KeysSection(): JSX.Element {
  const { api } = useSession();
  const [issued, setIssued] = useState<IssuedApiKey>();
  const [refused, setRefused] = useState<GalipError>();
  const keys = useAnswer(newestKeys, []);

  async function change(work: () => Promise<unknown>): Promise<void> {
    setRefused(undefined);
    setIssued(undefined);
    try {
      await work();
    } catch (error) {
      setRefused(failureOf(error));
    }
    keys.reload();
  }

  const failure = refused ?? keys.failure;
  return (
    <section class="panel" aria-labelledby="keys-title" aria-busy={!keys.value && !failure}>
      <h2 id="keys-title">Keys</h2>
      {failure && <FailureNotice failure={failure} />}
      {issued && <IssuedKeyNotice issued={issued} onClose={() => setIssued(undefined)} />}
      {api && keys.value && (
        <>
          <NewKeyForm onCreate={(key) => change(async () => setIssued(await api.admin.keys.create(key)))} />
          <KeyTable
            keys={keys.value}
            onReroll={({ id }) =>
              change(async () => setIssued(await api.admin.keys.reroll(id, { overlap_s: 0 })))
            }
            onRevoke={({ id }) => change(() => api.admin.keys.revoke(id))}
          />
          {keys.value.length === MAX_KEYS && (
            <p class="hint">The newest {MAX_KEYS}; npm run keys -- list has all.</p>
          )}
        </>
      )}
    </section>
  );
}

async function newestKeys(api: Api): Promise<readonly ApiKey[]> {
  const keys: ApiKey[] = [];
  for await (const key of api.admin.keys.list()) {
    keys.push(key);
    if (keys.length === MAX_KEYS) break;
  }
  return keys;
}
