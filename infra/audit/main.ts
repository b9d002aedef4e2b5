import { parseArgs } from 'node:util';
import { createReceiptVerifier } from '../../gpu-backend/contract/receipt.ts';
import { addUp } from './add-up.ts';
import { AuditError } from './audit-error.ts';
import { loadKeys } from './load-keys.ts';
import { readReceipts } from './read-receipts.ts';

const USAGE =
  'usage: npm run audit -- RECEIPTS.jsonl --keys FILE|URL   (URL: https://…/.well-known/galip-receipts.json)';

async function audit(args: readonly string[]): Promise<number> {
  const { path, keys } = parseOptions(args);
  const verify = createReceiptVerifier(await loadKeys(keys));
  const { lines, units, pictures, problems } = await addUp(readReceipts(path), verify);
  console.log(['day', 'key', 'outcome', 'pictures', 'units'].join('\t'));
  for (const line of lines) {
    console.log([line.day, line.keyId, line.outcome, line.pictures, line.units].join('\t'));
  }
  console.log(`${units} units for ${pictures} pictures`);
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

function parseOptions(args: readonly string[]): { path: string; keys: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { keys: { type: 'string' } },
      allowPositionals: true,
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0 || values.keys === undefined) throw new AuditError(USAGE);
    return { path, keys: values.keys };
  } catch (error) {
    throw error instanceof AuditError ? error : new AuditError(`${(error as Error).message}\n${USAGE}`);
  }
}

try {
  process.exitCode = await audit(process.argv.slice(2));
} catch (error) {
  const known = error instanceof AuditError || (error as NodeJS.ErrnoException).code === 'ENOENT';
  console.error(known ? (error as Error).message : error);
  process.exitCode = 2;
}
