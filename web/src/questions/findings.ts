// What an assessment says, as things to show: each with a name, a letter of its own and where the answer shows it.

import type { Assessment, Span } from '../api/types.ts'
import { utf16Ranges } from '../text/bytes.ts'
import type { MarkedRange } from '../text/segments.ts'

/** Below this the coach asks instead of judging. */
export const SURE = 0.6

export type Kind = 'habit' | 'mistake' | 'point'

export interface Found {
  id: string
  kind: Kind
  letter: string
  name: string
  /** Which of the styles of its kind it is drawn in. */
  style: number
  verdict: string
  sure: boolean
  /** 0 to 2; of a mistake, 0. */
  score: number
  /** One sentence: what was found or is missing, or the question that settles it. */
  note: string
  quotes: string[]
}

interface Named {
  letter: string
  name: string
  asks: string
}

const HABITS: Record<string, Named> = {
  'problem-first': { letter: 'P', name: 'The problem before the tools', asks: 'Which sentence says what the problem is, and who feels it?' },
  tradeoff: { letter: 'T', name: 'A visible tradeoff', asks: 'Which sentence says what your choice gives up, against which alternative?' },
  outcome: { letter: 'O', name: 'Tied to reliability, speed, cost or the team', asks: 'Which of reliability, speed, cost or the team does your decision change, and by how much?' },
  example: { letter: 'E', name: 'One real example', asks: 'Did this happen? Say where, when and with which number.' },
}
const MISTAKES: Record<string, Named> = {
  'tools-without-tradeoff': { letter: '1', name: 'A list of tools without a tradeoff', asks: '' },
  'ignores-dependency-risk': { letter: '2', name: 'The risk of a dependency is ignored', asks: '' },
  'scale-is-throughput': { letter: '3', name: 'Scale taken for throughput', asks: '' },
  'no-consequence': { letter: '4', name: 'A decision without a consequence', asks: '' },
}
const HABIT_VERDICTS = ['not found', 'partial', 'clear']
const POINT_VERDICTS = ['not touched', 'touched', 'covered']

/** The four habits, in the coach's order. */
export function habits(assessment: Assessment, text: string): Found[] {
  return Object.entries(HABITS).flatMap(([id, named], style) => {
    const habit = assessment.habits[id]
    if (!habit) return []
    const sure = habit.confidence >= SURE
    const found = quotes(text, habit.evidence)
    const note = sure ? (found.length ? withoutQuote(habit.note) : habit.note) : named.asks
    const verdict = sure ? (HABIT_VERDICTS[habit.score] ?? '') : 'not sure'
    return [{ id, kind: 'habit' as const, ...named, style, verdict, sure, score: habit.score, note, quotes: found }]
  })
}

/** A note without the quote at its end, where the quotes follow in full. */
const withoutQuote = (note: string): string => note.replace(/: “[^”]*”$/, '.')

/** The mistakes that were made and can be shown; a suspicion without a quote is none. */
export function mistakes(assessment: Assessment, text: string): Found[] {
  const made = Object.entries(assessment.mistakes).filter(([, mistake]) => mistake.is && mistake.evidence.length > 0)
  return made.map(([id, mistake], style) => {
    const named = MISTAKES[id] ?? { letter: '!', name: id }
    const sure = mistake.confidence >= SURE
    const note = sure ? '' : 'Perhaps. Does the sentence say what it costs or what it rests on?'
    return { id, kind: 'mistake', ...named, style, verdict: sure ? 'made' : 'not sure', sure, score: 0, note, quotes: quotes(text, mistake.evidence) }
  })
}

/** The points of the question, by the names that its guide gives them and in its order. */
export function points(assessment: Assessment, text: string, names: ReadonlyMap<string, string>): Found[] {
  const order = [...names.keys()]
  const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length)
  const all = Object.entries(assessment.coverage).sort(([one], [other]) => place(one) - place(other))
  return all.map(([id, point], index) => {
    const sure = point.confidence >= SURE
    const verdict = sure ? (POINT_VERDICTS[point.score] ?? '') : 'not sure'
    const name = names.get(id) ?? id.replaceAll('-', ' ')
    return { id, kind: 'point', letter: `p${index + 1}`, name, style: 0, verdict, sure, score: point.score, note: sure ? '' : 'Perhaps. Say it in so many words.', quotes: quotes(text, point.evidence) }
  })
}

function quotes(text: string, evidence: readonly Span[]): string[] {
  return utf16Ranges(text, evidence).map((range) => text.slice(range.start, range.end).trim()).filter(Boolean)
}

/** Where the shown findings lie in the text. */
export function marks(assessment: Assessment, text: string, shown: ReadonlySet<string>): MarkedRange[] {
  const all = [
    ...Object.entries(assessment.habits).map(([id, { evidence }]) => ({ id, evidence })),
    ...Object.entries(assessment.mistakes).filter(([, mistake]) => mistake.is).map(([id, { evidence }]) => ({ id, evidence })),
    ...Object.entries(assessment.coverage).map(([id, { evidence }]) => ({ id: `point:${id}`, evidence })),
  ]
  return all
    .filter(({ id }) => shown.has(id))
    .flatMap(({ id, evidence }) => utf16Ranges(text, evidence).map((range) => ({ id, ...range })))
}

/** What a finding is called among the marks: a point may have the name of a habit. */
export const markId = (found: Found): string => (found.kind === 'point' ? `point:${found.id}` : found.id)
