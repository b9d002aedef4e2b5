import type { JSX } from 'preact';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { useSession } from '../session.ts';
import { firstOf } from '../state/first-of.ts';
import { useAnswer } from '../state/use-answer.ts';
import { BalanceSection } from './console/balance-section.tsx';
import { KeysSection } from './console/keys-section.tsx';
import { ReceiptsSection } from './console/receipts-section.tsx';
import { MAX_TENANTS, TenantsSection } from './console/tenants-section.tsx';
import { UsageSection } from './console/usage-section.tsx';
import type { ViewProps } from './view-props.ts';

/** The operator's side: money, usage, tenants, keys. */
export function ConsoleView({ keyFailure }: ViewProps): JSX.Element {
  const { api, askForKey } = useSession();
  // A key that may not see them is told so at the keys.
  const all = useAnswer(({ admin }) => firstOf(admin.tenants.list(), MAX_TENANTS), []);
  // To all others the list has their own alone.
  const tenants = all.value?.some(({ operator }) => operator) ? all.value : undefined;
  return (
    <div class="console">
      <h1>Console</h1>
      {!api && (
        <div class="notice">
          <h2>No key yet</h2>
          <p>Balance and usage need a key with the scope read; managing keys needs admin.</p>
          <div class="actions">
            <button type="button" class="button" onClick={askForKey}>
              Add your key
            </button>
          </div>
        </div>
      )}
      {keyFailure && <FailureNotice failure={keyFailure} />}
      {api && !keyFailure && (
        <>
          <BalanceSection />
          <UsageSection />
          {tenants && <TenantsSection tenants={tenants} onChanged={all.reload} />}
          <KeysSection tenants={tenants ?? []} />
          <ReceiptsSection />
        </>
      )}
    </div>
  );
}
