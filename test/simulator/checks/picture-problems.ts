import { bytesOf } from '../services/simulated-backend.ts';
import type { Aftermath } from './find-problems.ts';

/** No wrong bytes for a fingerprint, wherever they were seen; at most one object of each. */
export function pictureProblems({ record, store }: Aftermath): string[] {
  const problems: string[] = [];
  for (const [key, count] of store.writes) {
    if (count > 1) problems.push(`object ${key} was written ${count} times`);
  }
  for (const [key, { bytes }] of store.objects) {
    const fingerprint = /[0-9a-f]{64}/u.exec(key)?.[0] ?? '';
    if (!areEqual(bytes, bytesOf(fingerprint))) problems.push(`object ${key} has wrong bytes`);
  }
  const fingerprints = [...store.objects.keys()].map((key) => /[0-9a-f]{64}/u.exec(key)?.[0]);
  if (new Set(fingerprints).size < fingerprints.length) problems.push('a fingerprint has two objects');
  const answers = [
    ...record.requests.map(({ answer }) => answer?.images),
    ...[...record.jobs.values()].map(({ result }) => (result && 'object' in result ? null : result)),
  ];
  for (const { fingerprint, b64_json: text, url } of answers.flatMap((images) => images?.data ?? [])) {
    if (text !== undefined && text !== Buffer.from(bytesOf(fingerprint)).toString('base64'))
      problems.push(`wrong bytes of ${fingerprint}`);
    if (url !== undefined && !url.includes(fingerprint)) problems.push(`wrong URL of ${fingerprint}`);
    if (!fingerprints.includes(fingerprint))
      problems.push(`answered ${fingerprint}, which is not in the store`);
  }
  return problems;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
