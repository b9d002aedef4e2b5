import { readFile } from 'node:fs/promises';
import { type ReceiptPublicKey, receiptKeySetSchema } from '../../gpu-backend/contract/receipt.ts';
import { AuditError } from './audit-error.ts';

/** The public keys of a key set: a file, or the URL of an edge's `/.well-known/galip-receipts.json`. @throws AuditError */
export async function loadKeys(source: string): Promise<readonly ReceiptPublicKey[]> {
  try {
    const text = /^https?:/u.test(source) ? await download(source) : await readFile(source, 'utf8');
    return receiptKeySetSchema.parse(JSON.parse(text)).keys;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable';
    throw new AuditError(`--keys ${source}: no set of public keys: ${why}`, { cause });
  }
}

async function download(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`it answers ${response.status}`);
  return response.text();
}
