import { existsSync, writeFileSync } from 'node:fs';

/*
 * The inference process, but the first one that replaces another hangs before it has loaded its model. MARK (the model
 * directory's name with `.hung`) says that one did.
 */
const { known, modelDirectory } = JSON.parse(process.argv[2] ?? '{}') as {
  known?: unknown;
  modelDirectory: string;
};
const mark = `${modelDirectory}.hung`;

if (known && !existsSync(mark)) {
  writeFileSync(mark, '');
  process.on('disconnect', () => process.exit(0));
  setInterval(() => {}, 1_000);
} else {
  await import('../../../gpu-backend/runtime/inference-child.ts');
}
