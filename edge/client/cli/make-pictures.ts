import type { Images } from '../api-types.ts';
import type { Galip } from '../create-galip.ts';
import type { CallOptions } from '../http/transport.ts';
import type { Command } from './parse-command.ts';
import { type PictureFilesOptions, pictureFilesOf } from './picture-files.ts';
import type { Progress } from './progress.ts';

export interface MakePicturesOptions {
  readonly galip: Galip;
  readonly progress: Progress;
  readonly stdout: PictureFilesOptions['stdout'];
  readonly signal: AbortSignal;
}

/** Does what the command line asks for. Returns the text that it prints. */
export async function makePictures(command: Command, options: MakePicturesOptions): Promise<string> {
  const { prompt, request, output, prints, isDryRun } = command;
  const { galip, progress, stdout, signal } = options;
  const call: CallOptions = { signal, timeoutMs: command.timeoutMs };
  if (isDryRun) {
    const quote = await galip.images.quote(request, call);
    return prints === 'json' ? JSON.stringify(quote, null, 2) : `${quote.units} units`;
  }
  const images = await imagesOf(command, call, options);
  const { data, output_format: format } = images;
  const written: string[] = [];
  if (prints === 'nothing' || output !== undefined) {
    const files = pictureFilesOf({ output, prompt, format, count: data.length, stdout });
    for (const [at, file] of files.entries()) {
      progress.show(`${file.name} (${at + 1}/${files.length})`);
      await file.write(await galip.images.bytes(data[at] ?? {}, call));
      written.push(file.name);
    }
  }
  if (prints === 'json') return JSON.stringify(images, null, 2);
  if (prints === 'urls') return data.map(({ url }) => url).join('\n');
  return output === '-' ? '' : written.join('\n');
}

async function imagesOf(
  { request, isJob }: Command,
  call: CallOptions,
  { galip, progress }: MakePicturesOptions,
): Promise<Images> {
  progress.show('making it');
  if (!isJob) return galip.images.create(request, call);
  const { id } = await galip.jobs.create(request, call);
  try {
    for await (const { status, attempts } of galip.jobs.watch(id, call)) {
      progress.show(attempts > 1 ? `${status}, try ${attempts}` : status);
    }
  } catch (error) {
    // Whoever interrupts does not want it any more.
    if (call.signal?.aborted)
      await galip.jobs.cancel(id, { retries: 0, timeoutMs: 5_000 }).catch(() => undefined);
    throw error;
  }
  return galip.jobs.wait(id, call);
}
