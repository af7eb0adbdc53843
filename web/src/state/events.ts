// Server-sent events over fetch: EventSource cannot carry the admin token.

export interface ServerEvent {
  id: string;
  /** What it is; '' for one that only moves the position. */
  event: string;
  data: string;
}

/** The events of an answer, one by one, until it ends. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        yield read(rest.slice(0, end));
        rest = rest.slice(end + 2);
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // what was lost is lost already
  }
}

function read(block: string): ServerEvent {
  const out: ServerEvent = { id: '', event: '', data: '' };
  for (const line of block.split('\n')) {
    const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (name === 'data') out.data += value;
    else if (name === 'id' || name === 'event') out[name] = value ?? '';
  }
  return out;
}
