import type { CheckpointError } from '../checkpoint-error.ts';

/** torch writes `<archive>/data/<number>`; TorchScript's deepest source paths stay below 300 bytes. */
const MAX_NAME_BYTES = 1_024;

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the name as text. @throws CheckpointError when it could mean a place outside of the archive. */
export function checkEntryName(raw: Uint8Array, error: (reason: string) => CheckpointError): string {
  if (raw.length === 0) throw error('a zip entry has an empty name');
  if (raw.length > MAX_NAME_BYTES) throw error(`a zip entry's name is longer than ${MAX_NAME_BYTES} bytes`);
  const name = decode(raw);
  if (name === undefined) throw error('a zip entry has a name that is not UTF-8');
  const shown = JSON.stringify(name);
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) throw error(`zip entry ${shown}: is an absolute path`);
  if (name.includes('\\')) throw error(`zip entry ${shown}: has a backslash in its name`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(name))
    throw error(`zip entry ${shown}: has a control character in its name`);
  const parts = name.replace(/\/$/, '').split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw error(`zip entry ${shown}: has an empty, "." or ".." part in its name`);
  }
  return name;
}

function decode(raw: Uint8Array): string | undefined {
  try {
    return DECODER.decode(raw);
  } catch {
    return undefined;
  }
}
