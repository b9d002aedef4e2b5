/** One message of a stream of server-sent events. */
export interface ServerEvent {
  /** Of this event, or of the last that had one. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/**
 * The messages of a stream, to its end or until the caller stops; comments are left out, a message that is cut off too.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void> {
  let id = '';
  let type = '';
  let data: string[] = [];
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { id, type: type || 'message', data: data.join('\n') };
      type = '';
      data = [];
      continue;
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
  }
}

/** Lines that end in CR, LF or both, without their end; what stands behind the last end is no line. */
async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += value ? decoder.decode(value, { stream: true }) : '';
      // A CR at the end may be the first half of CR LF.
      const whole = done ? rest : rest.replace(/\r$/u, '');
      const lines = whole.split(/\r\n|\r|\n/u);
      rest = (lines.pop() ?? '') + rest.slice(whole.length);
      yield* lines;
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
