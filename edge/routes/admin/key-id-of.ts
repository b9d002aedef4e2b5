import { sha256Hex } from '../../../gpu-backend/contract/hex.ts';

const SCHEME = 'key/1';
/** As of every key. */
const ID_LENGTH = 12;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The id of the key that a request makes: the same however often it is tried. `requestKey` is random: so is the id. */
export async function keyIdOf(requestKey: string): Promise<string> {
  const digest = BigInt(`0x${await sha256Hex(JSON.stringify([SCHEME, requestKey]))}`);
  const base = BigInt(ALPHABET.length);
  return Array.from(
    { length: ID_LENGTH },
    (_, place) => ALPHABET[Number((digest / base ** BigInt(place)) % base)],
  ).join('');
}
