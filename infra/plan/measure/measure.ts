import { availableParallelism, cpus } from 'node:os';
import type { Profile } from '../profile.ts';
import { createAskPicture } from './ask-picture.ts';
import { measureSamples, profileOf } from './measure-profile.ts';
import { startBackend } from './start-backend.ts';

/** Pictures before measuring: code is compiled, connections are open, prompts are known. */
const WARM_UP_PICTURES = 100;

export interface MeasureOptions {
  /** Absolute. */
  readonly modelDirectory: string;
  readonly pictures: number;
  /** Of the backend. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Starts this checkout's backend on this machine and measures what it takes to make pictures. */
export async function measure({ modelDirectory, pictures, variables }: MeasureOptions): Promise<Profile> {
  const backend = await startBackend(modelDirectory, variables);
  try {
    const ask = await createAskPicture(backend.url, backend.signingKey);
    await measureSamples(ask, WARM_UP_PICTURES / 2);
    const samples = await measureSamples(ask, pictures);
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    return profileOf(samples, backend, {
      name: 'cpu',
      date: new Date().toISOString().slice(0, 10),
      source: [
        `npm run infra:plan -- --measure, ${pictures} pictures in each state, the client on the same machine`,
        `${availableParallelism()} cores of ${cpus()[0]?.model.trim() ?? 'an unknown kind'}`,
        `Node ${process.versions.node}`,
        ...set,
      ].join('; '),
    });
  } finally {
    await backend.stop();
  }
}
