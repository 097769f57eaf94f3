// Evidence overlaps: one sentence may show a habit and make a mistake. A text is cut where any mark begins or ends.

import type { Range } from './bytes.ts'

export interface MarkedRange extends Range {
  id: string
}
export interface Segment {
  text: string
  /** The marks on all of this stretch, in the order in which they were given; none for plain text. */
  ids: string[]
}

/** The text in stretches on each of which the same marks lie. Joined, they are the text again. */
export function segments(text: string, marks: readonly MarkedRange[]): Segment[] {
  const inside = marks.filter((mark) => mark.start < mark.end && mark.start < text.length)
  const cuts = new Set([0, text.length])
  for (const mark of inside) cuts.add(Math.max(0, mark.start)).add(Math.min(text.length, mark.end))
  const ordered = [...cuts].sort((a, b) => a - b)
  const found: Segment[] = []
  for (let index = 1; index < ordered.length; index++) {
    const [start, end] = [ordered[index - 1]!, ordered[index]!]
    const ids = [...new Set(inside.filter((mark) => mark.start <= start && end <= mark.end).map((mark) => mark.id))]
    const last = found.at(-1)
    if (last && same(last.ids, ids)) last.text += text.slice(start, end)
    else found.push({ text: text.slice(start, end), ids })
  }
  return found
}

function same(one: string[], other: string[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index])
}
