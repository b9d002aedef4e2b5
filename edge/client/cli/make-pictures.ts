import type { Galip } from '../create-galip.ts';
import type { CallOptions } from '../http/transport.ts';
import { compositionOf, makeOrder } from './make-order.ts';
import type { Command, Order } from './parse-command.ts';
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
  const { prompt, order, output, prints, isDryRun, isJob, timeoutMs } = command;
  const { galip, progress, stdout, signal } = options;
  const call: CallOptions = { signal, timeoutMs };
  if (isDryRun) {
    const quote = await quoteOf(order, galip, call);
    return prints === 'json' ? JSON.stringify(quote, null, 2) : `${quote.units} units`;
  }
  const { answer, files, format } = await makeOrder(order, { galip, progress, call, isJob });
  const written: string[] = [];
  if (prints === 'nothing' || output !== undefined) {
    const targets = pictureFilesOf({ output, prompt, format, count: files.length, stdout });
    for (const [at, target] of targets.entries()) {
      progress.show(`${target.name} (${at + 1}/${targets.length})`);
      await target.write(await galip.images.bytes(files[at] ?? {}, call));
      written.push(target.name);
    }
  }
  if (prints === 'json') return JSON.stringify(answer, null, 2);
  if (prints === 'urls') return files.map(({ url }) => url).join('\n');
  return output === '-' ? '' : written.join('\n');
}

function quoteOf(order: Order, galip: Galip, call: CallOptions) {
  return order.kind === 'images'
    ? galip.images.quote(order.request, call)
    : compositionOf(order, galip).quote(call);
}
