import { expect, test } from 'vitest'
import { utf16Ranges } from './bytes.ts'

const encoder = new TextEncoder()

/** Where a quote is in a text, in bytes, as the coach says it. */
function inBytes(text: string, quote: string) {
  const start = encoder.encode(text.slice(0, text.indexOf(quote))).length
  return { start, end: start + encoder.encode(quote).length }
}

test.each([
  ['plain', 'A timeout. A retry.', 'A retry.'],
  ['two bytes', 'Größe zählt. Die Größe.', 'Die Größe.'],
  ['three bytes', '“Quoted” — then 数字 matter.', 'then 数字'],
  ['four bytes', 'Deploys 🚀 went out 🚀🚀 fast.', '🚀🚀 fast.'],
  ['right to left', 'p99 של 90 ms', 'של 90'],
  ['all of it', '🚀', '🚀'],
])('a quote is the same text: %s', (_, text, quote) => {
  const [range] = utf16Ranges(text, [inBytes(text, quote)])
  expect(text.slice(range!.start, range!.end)).toBe(quote)
})

test('ranges keep their order and may overlap', () => {
  const text = 'é one é two é'
  const quotes = ['two', 'one é two', 'é']
  const ranges = utf16Ranges(text, quotes.map((quote) => inBytes(text, quote)))
  expect(ranges.map((range) => text.slice(range.start, range.end))).toEqual(quotes)
})

test('a bound inside a character or behind the text still cuts', () => {
  expect(utf16Ranges('a🚀b', [{ start: 2, end: 99 }])).toEqual([{ start: 1, end: 4 }])
  expect(utf16Ranges('', [{ start: 0, end: 4 }])).toEqual([{ start: 0, end: 0 }])
})
