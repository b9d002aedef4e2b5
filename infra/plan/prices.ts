import { z } from 'zod';
import prices from './prices.json' with { type: 'json' };

/** GPUs that there is a price and a profile of. */
export const GPUS = ['l4', 'a100', 'h100'] as const;

export type Gpu = (typeof GPUS)[number];

const price = z.number().nonnegative();

/** What a machine costs, and of whom that was heard when. */
export const PRICES: {
  readonly source: string;
  readonly date: string;
  readonly usdPerHour: Readonly<Record<Gpu | 'cpu', number>>;
} = z
  .object({
    source: z.string(),
    date: z.iso.date(),
    usdPerHour: z.strictObject({ l4: price, a100: price, h100: price, cpu: price }),
  })
  .parse(prices);
