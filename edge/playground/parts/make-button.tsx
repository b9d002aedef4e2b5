import type { JSX } from 'preact';
import type { Price } from '../api/images.ts';
import { countsOf } from '../state/distinct.ts';
import { priceOf } from './cache-badge.tsx';

export interface MakeButtonProps {
  /** What the button does: "Paint 16 pictures". */
  readonly action: string;
  /** Undefined until it is known. */
  readonly price: (Pick<Price, 'units'> & { readonly data: Parameters<typeof countsOf>[0] }) | undefined;
  /** Said until there is something to price. */
  readonly invitation: string;
  readonly isBusy?: boolean;
  readonly onMake: () => void;
}

/** Several pictures' price, and the button that makes them. */
export function MakeButton(props: MakeButtonProps): JSX.Element {
  const { action, price, invitation, isBusy = false, onMake } = props;
  const { fresh, found } = countsOf(price?.data ?? []);
  return (
    <div class="price">
      <button type="button" class="button" disabled={!price || isBusy} onClick={onMake}>
        {price ? `${action} · ${priceOf(price.units)}` : action}
      </button>
      <p>{price ? `${fresh} to be made, ${found} exist already` : invitation}</p>
    </div>
  );
}
