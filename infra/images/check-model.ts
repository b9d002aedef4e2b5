import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelDigestOf, modelFilesOf, modelManifestSchema } from '../../gpu-backend/contract/model-card.ts';

// `node infra/images/check-model.ts DIR DIGEST`: a step of the image's build. Fails unless DIR is the model of that
// digest, whole: model.json makes the digest, and each file has the SHA-256 that model.json states.

const [directory = '', wanted = ''] = process.argv.slice(2);
const problems = await problemsOf();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

async function problemsOf(): Promise<string[]> {
  const path = join(directory, 'model.json');
  const manifest = modelManifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const digest = await modelDigestOf(manifest);
  const found = wanted === digest ? [] : [`MODEL_DIGEST is ${JSON.stringify(wanted)}: ${path} has ${digest}`];
  if (manifest.digest !== digest) found.push(`${path} states the digest ${manifest.digest}, not its own`);
  for (const [name, { sha256 }] of modelFilesOf(manifest)) {
    const actual = await sha256Of(join(directory, name));
    if (actual !== sha256) found.push(`${name} has SHA-256 ${actual}, model.json says ${sha256}`);
  }
  return found;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
