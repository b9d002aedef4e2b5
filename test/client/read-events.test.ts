import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readEvents, type ServerEvent } from '../../edge/client/jobs/read-events.ts';

async function read(text: string, cuts: readonly number[] = []): Promise<ServerEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const ends = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  const chunks = ends.slice(1).map((end, at) => bytes.slice(ends[at], end));
  const events: ServerEvent[] = [];
  for await (const event of readEvents(ReadableStream.from(chunks) as ReadableStream<Uint8Array>))
    events.push(event);
  return events;
}

it('reads what the specification shows: comments, several lines of data, one space off, ids that stay', async () => {
  const text =
    ': hello\n\nretry: 5\nid: 1\nevent: add\ndata: first\ndata:  second\n\ndata\n\nid\ndata: third\n\n';
  expect(await read(text)).toEqual([
    { id: '1', type: 'add', data: 'first\n second' },
    { id: '1', type: 'message', data: '' },
    { id: '', type: 'message', data: 'third' },
  ]);
});

it('drops a message that was cut off', async () => {
  expect(await read('data: whole\n\ndata: half\n')).toEqual([{ id: '', type: 'message', data: 'whole' }]);
});

it('reads the same however lines end and wherever the stream is cut, within a character too', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n\0]/gu, '_'));
  const event = fc.record({ id: line, type: line, data: fc.array(line, { minLength: 1, maxLength: 3 }) });
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  await fc.assert(
    fc.asyncProperty(fc.array(event), lineEnd, fc.array(fc.nat(1000)), async (events, end, cuts) => {
      const text = events
        .flatMap(({ id, type, data }) => [
          `id: ${id}`,
          `event: ${type}`,
          ...data.map((each) => `data: ${each}`),
          '',
        ])
        .map((each) => each + end)
        .join('');
      const expected = events.map(({ id, type, data }) => ({
        id,
        type: type || 'message',
        data: data.join('\n'),
      }));
      expect(await read(text, cuts)).toEqual(expected);
    }),
  );
});

it('lets go of the stream when its reader stops', async () => {
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('data: again\n\n')),
    cancel: () => {
      isCancelled = true;
    },
  });
  for await (const { data } of readEvents(body)) {
    expect(data).toBe('again');
    break;
  }
  expect(isCancelled).toBe(true);
});
