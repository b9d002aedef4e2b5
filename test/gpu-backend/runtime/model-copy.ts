import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  judgeDigestOf,
  type ModelManifest,
  modelDigestOf,
} from '../../../gpu-backend/contract/model-card.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';

/** A copy of the default model, to be damaged. The caller removes it. */
export function copyModel(): string {
  const directory = mkdtempSync(join(tmpdir(), 'galip-model-'));
  cpSync(EMOJI_MODEL, directory, { recursive: true });
  return directory;
}

/** Takes the second judge away: what is left is the same model. */
export function removeJudge(directory: string): void {
  const path = join(directory, 'model.json');
  const { judge: _, ...manifest } = JSON.parse(readFileSync(path, 'utf8')) as ModelManifest;
  writeFileSync(path, JSON.stringify(manifest));
}

/** Replaces a file and makes model.json say that this is right. */
export async function replaceModelFile(
  directory: string,
  name: keyof ModelManifest['files'],
  bytes: Uint8Array,
): Promise<void> {
  writeFileSync(join(directory, name), bytes);
  const path = join(directory, 'model.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as ModelManifest;
  manifest.files[name] = {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
  };
  manifest.digest = await modelDigestOf(manifest);
  if (manifest.judge) manifest.judge.digest = await judgeDigestOf(manifest.judge, manifest);
  writeFileSync(path, JSON.stringify(manifest));
}
