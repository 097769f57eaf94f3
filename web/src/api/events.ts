// Server-sent events over fetch: unlike EventSource it shows a refusal's body, ends when asked, and never reconnects by
// itself, which would start nothing but an error here, since closing the stream cancels the run.

export interface ServerEvent {
  event: string
  data: string
  id: string
}

/** Takes a stream in whatever pieces it arrives and gives whole events. */
export class EventParser {
  #rest = ''
  #event = ''
  #data: string[] = []
  #id = ''

  push(piece: string): ServerEvent[] {
    const found: ServerEvent[] = []
    const text = this.#rest + piece
    // A carriage return at the end may be half of a line's end.
    const complete = text.endsWith('\r') ? text.slice(0, -1) : text
    const lines = complete.split(/\r\n|\n|\r/)
    this.#rest = (lines.pop() ?? '') + text.slice(complete.length)
    for (const line of lines) {
      const event = this.#line(line)
      if (event) found.push(event)
    }
    return found
  }

  #line(line: string): ServerEvent | null {
    if (line === '') return this.#dispatch()
    if (line.startsWith(':')) return null
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#event = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id') this.#id = value
    return null
  }

  #dispatch(): ServerEvent | null {
    const event = this.#data.length ? { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id } : null
    this.#event = ''
    this.#data = []
    return event
  }
}

/** Gives every event of a response's body, until it ends. */
export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parser = new EventParser()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield* parser.push(decoder.decode(value, { stream: true }))
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
