import { expect, test } from 'vitest'
import type { Assessment } from '../api/types.ts'
import { habits, marks, mistakes, points } from './findings.ts'

const text = 'Größe hurt users. I add Kafka.'
const bytes = new TextEncoder().encode(text).length
const assessment: Assessment = {
  question: 'q',
  words: 6,
  spoken_s: 3,
  habits: {
    'problem-first': { score: 1, confidence: 0.4, evidence: [{ start: 0, end: 19 }], note: 'Not sure.' },
    tradeoff: { score: 0, confidence: 0.9, evidence: [], note: 'I found no sentence.' },
    example: { score: 2, confidence: 0.9, evidence: [{ start: 0, end: 19 }], note: 'It happened: “Größe hurt …”' },
  },
  mistakes: {
    'tools-without-tradeoff': { is: true, confidence: 0.9, evidence: [{ start: 20, end: bytes }] },
    'ignores-dependency-risk': { is: true, confidence: 0.9, evidence: [] },
    'no-consequence': { is: false, confidence: 0.9, evidence: [{ start: 0, end: 5 }] },
  },
  coverage: { contract: { score: 2, confidence: 0.7, evidence: [{ start: 0, end: 19 }] } },
  enough: true,
  follow_up: '?',
}

test('an unsure habit asks, a sure one says what it found', () => {
  const [problem, tradeoff, example] = habits(assessment, text)
  expect(problem).toMatchObject({ verdict: 'not sure', note: 'Which sentence says what the problem is, and who feels it?', quotes: ['Größe hurt users.'] })
  expect(tradeoff).toMatchObject({ verdict: 'not found', note: 'I found no sentence.', quotes: [] })
  expect(example).toMatchObject({ letter: 'E', style: 3, note: 'It happened.' })
})

test('only mistakes that are made and quoted are shown', () => {
  expect(mistakes(assessment, text).map((found) => [found.id, found.quotes])).toEqual([['tools-without-tradeoff', ['I add Kafka.']]])
})

test('points have the names of the guide', () => {
  expect(points(assessment, text, new Map([['contract', 'A contract']]))[0]).toMatchObject({ name: 'A contract', verdict: 'covered' })
})

test('marks of what is shown only', () => {
  const ids = (shown: string[]) => marks(assessment, text, new Set(shown)).map((mark) => [mark.id, text.slice(mark.start, mark.end)])
  expect(ids([])).toEqual([])
  expect(ids(['problem-first', 'no-consequence'])).toEqual([['problem-first', 'Größe hurt users.']])
  expect(ids(['point:contract'])).toEqual([['point:contract', 'Größe hurt users.']])
})
