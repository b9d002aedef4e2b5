import { describe, expect, it } from 'vitest';
import { createJsonLog, createLineWriter } from '../../../gpu-backend/http/json-log.ts';

describe('createLineWriter', () => {
  it('writes the lines of one turn of the event loop together and in order', async () => {
    const written: string[] = [];
    const lines = createLineWriter((text) => written.push(text));
    const log = createJsonLog(lines.write);
    log({ event: 'first' });
    log({ event: 'second' });
    expect(written).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    log({ event: 'third' });
    await new Promise((resolve) => setImmediate(resolve));
    const events = written.map((text) => text.match(/(?<="event":")\w+/gu));
    expect(events).toEqual([['first', 'second'], ['third']]);
  });

  it('writes what waits when it is told to, once', async () => {
    const written: string[] = [];
    const { write, flush } = createLineWriter((text) => written.push(text));
    write('last\n');
    flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual(['last\n']);
  });
});
