import type { JSX } from 'preact';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { useSession } from '../session.ts';
import { BalanceSection } from './console/balance-section.tsx';
import { KeysSection } from './console/keys-section.tsx';
import { ReceiptsSection } from './console/receipts-section.tsx';
import { UsageSection } from './console/usage-section.tsx';
import type { ViewProps } from './view-props.ts';

/** The operator's side: money, usage, keys. */
export function ConsoleView({ keyFailure }: ViewProps): JSX.Element {
  const { api, askForKey } = useSession();
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
          <KeysSection />
          <ReceiptsSection />
        </>
      )}
    </div>
  );
}
