import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Receipt, receiptSchema } from '../../gpu-backend/contract/receipt.ts';
import { AuditError } from './audit-error.ts';

/**
 * The receipts of a file with one on each line; blank lines are passed over.
 * @throws AuditError with file and line for what is no receipt.
 */
export async function* readReceipts(path: string): AsyncGenerator<{ line: number; receipt: Receipt }> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() === '') continue;
    const receipt = receiptSchema.safeParse(parseJson(text));
    if (!receipt.success) {
      const [issue] = receipt.error.issues;
      throw new AuditError(`${path}:${line}: no receipt: ${issue?.path.join('.')} ${issue?.message}`);
    }
    yield { line, receipt: receipt.data };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
