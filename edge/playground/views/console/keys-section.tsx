import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiKeys, IssuedKey } from '../../api/account.ts';
import { type ApiFailure, failureOf } from '../../api/api-failure.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useSession } from '../../session.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { IssuedKeyNotice } from './issued-key-notice.tsx';
import { KeyTable } from './key-table.tsx';
import { NewKeyForm } from './new-key-form.tsx';

const PAGE_KEYS = 100;

/** API keys: listed, issued, re-rolled and revoked. */
export function KeysSection(): JSX.Element {
  const { api } = useSession();
  const [issued, setIssued] = useState<IssuedKey>();
  const [refused, setRefused] = useState<ApiFailure>();
  const keys = useAnswer((from) => from.call<ApiKeys>('GET', `/v1/admin/keys?limit=${PAGE_KEYS}`), []);

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
          <NewKeyForm
            onCreate={(body) =>
              change(async () => setIssued(await api.call<IssuedKey>('POST', '/v1/admin/keys', body)))
            }
          />
          <KeyTable
            keys={keys.value.data}
            onReroll={({ id }) =>
              change(async () =>
                setIssued(await api.call<IssuedKey>('POST', `/v1/admin/keys/${id}/reroll`, { overlap_s: 0 })),
              )
            }
            onRevoke={({ id }) => change(() => api.call('DELETE', `/v1/admin/keys/${id}`))}
          />
          {keys.value.next_cursor !== null && (
            <p class="hint">The newest {PAGE_KEYS}; npm run keys -- list has all.</p>
          )}
        </>
      )}
    </section>
  );
}
