// Problems of a scenario's text as the editor shows them.

import type { Checked, Diagnosis as Problem } from '../api/types.ts'
import { utf16Ranges } from '../text/bytes.ts'

export interface Diagnostic {
  from: number
  to: number
  severity: 'error' | 'warning'
  message: string
}

/** Problems and remarks at their places in the text; what is about an override has none there. */
export function diagnostics(text: string, checked: Checked): Diagnostic[] {
  const placed = (problem: Problem) => problem.in_set === null || problem.in_set === undefined
  const as = (problems: Problem[], severity: Diagnostic['severity']) => {
    const inText = problems.filter(placed)
    const ranges = utf16Ranges(text, inText)
    return inText.map((problem, index) => ({ ...at(ranges[index]!, text.length), severity, message: worded(problem) }))
  }
  return [...as(checked.problems, 'error'), ...as(checked.remarks, 'warning')].sort((a, b) => a.from - b.from)
}

/** An empty place is widened to a character, so that it can be seen. */
function at(range: { start: number; end: number }, length: number): { from: number; to: number } {
  const from = Math.min(range.start, length)
  const to = Math.max(from, Math.min(range.end, length))
  if (from < to) return { from, to }
  return from < length ? { from, to: from + 1 } : { from: Math.max(0, from - 1), to: from }
}

function worded(problem: Problem): string {
  return [problem.message, problem.expected ? `Expected ${problem.expected}.` : '', problem.hint ?? ''].filter(Boolean).join('\n')
}
