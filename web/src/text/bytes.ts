// The coach quotes an answer by bytes of UTF-8; a browser's strings count UTF-16 units.

export interface Range {
  start: number
  end: number
}

/** Bytes that the character beginning at this UTF-16 unit takes in UTF-8. */
function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x10000 ? 3 : 4
}

/**
 * The same ranges in UTF-16 units. A bound inside a character moves to its beginning, one behind the text to its end,
 * so that whatever comes back can be cut out of the text.
 */
export function utf16Ranges(text: string, bytes: readonly Range[]): Range[] {
  const wanted = [...new Set(bytes.flatMap((range) => [range.start, range.end]))].sort((a, b) => a - b)
  const found = new Map<number, number>()
  let byte = 0
  let unit = 0
  let next = 0
  for (const character of text) {
    const width = bytesOf(character.codePointAt(0) ?? 0)
    for (; next < wanted.length && wanted[next]! < byte + width; next++) found.set(wanted[next]!, unit)
    byte += width
    unit += character.length
  }
  const at = (bound: number) => found.get(bound) ?? text.length
  return bytes.map((range) => ({ start: at(range.start), end: at(range.end) }))
}
