import { expect, test } from 'vitest'
import { EventParser, events } from './events.ts'

const stream =
  ': a comment\n\nevent: queued\ndata: {"position":1}\n\nid: 7\nevent: frame\r\ndata: {"a":\r\ndata: "é🚀"}\r\n\r\ndata:x\n\n' +
  'retry: 5\nevent: lost without data\n\nevent: unfinished\ndata: never sent'

const expected = [
  { event: 'queued', data: '{"position":1}', id: '' },
  { event: 'frame', data: '{"a":\n"é🚀"}', id: '7' },
  { event: 'message', data: 'x', id: '7' },
]

test.each([1, 2, 3, 7, 1000])('in pieces of %i units', (size) => {
  const parser = new EventParser()
  const found = []
  for (let at = 0; at < stream.length; at += size) found.push(...parser.push(stream.slice(at, at + size)))
  expect(found).toEqual(expected)
})

test('bytes may be cut inside a character', async () => {
  const bytes = new TextEncoder().encode(stream)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 3) controller.enqueue(bytes.slice(at, at + 3))
      controller.close()
    },
  })
  const found = []
  for await (const event of events(body)) found.push(event)
  expect(found).toEqual(expected)
})
