// The kit's slots as the app names them, and the next best step: the first slot that is not ready, and what it asks for.

import type { KitStatus, SlotStatus } from '../api/types.ts'

export type Kind = 'answer' | 'example' | 'tradeoff'

export interface Step {
  /** What to do. */
  what: string
  /** Why this and not another. */
  why: string
  href: string
}

export function kindOf(slot: string): Kind {
  if (slot.startsWith('example')) return 'example'
  return slot === 'tradeoff' ? 'tradeoff' : 'answer'
}

/** `Answer 1` */
export function nameOf(slot: string): string {
  const words = slot.replace('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** As a slot is called where it is filled: `1` of `answer-1`. */
export const address = (slot: string): string => slot.replace(/^answer-/, '')

/** Where one works on what is in a slot. */
export function placeOf(slot: SlotStatus): string {
  const kind = kindOf(slot.slot)
  if (kind === 'tradeoff') return '/kit#tradeoff'
  if (kind === 'example') return slot.holds ? `/kit#${slot.holds}` : '/kit#examples'
  return slot.about ? `/questions/${encodeURIComponent(slot.about)}` : '/questions'
}

/** What the records ask next, without the command that a terminal would add. */
export function withoutCommand(text: string): string {
  return text.replace(/\s*\(brownout [^)]*\)/g, '').replace(/:\s*brownout .*$/, '.').trim()
}

const EMPTY: Record<Kind, { what: string; why: string }> = {
  answer: { what: 'Answer a question', why: 'Interviewers ask for a position first; this slot has none yet.' },
  example: { what: 'Tell a production example', why: 'A judgment without something that really happened is a claim.' },
  tradeoff: { what: 'Say what you would optimise for first', why: 'It is asked in one form or another, and improvising it shows.' },
}

/** The next best step, if the kit lacks anything; `answered` is how many questions have an answer, in the kit or not. */
export function nextStep(kit: KitStatus, answered: number): Step | null {
  const open = kit.slots.find((slot) => !slot.ready)
  if (!open) return null
  const filed = kit.slots.filter((slot) => kindOf(slot.slot) === 'answer' && slot.holds).length
  if (!open.holds && kindOf(open.slot) === 'answer' && answered > filed) {
    return { what: 'Put an answer into the kit', why: `${nameOf(open.slot)} is empty, and you have an answer that is in no slot.`, href: '/kit' }
  }
  const name = nameOf(open.slot)
  if (!open.holds) return { ...EMPTY[kindOf(open.slot)], href: placeOf(open) }
  const lacks = open.missing[0]
  const what = withoutCommand(open.next ?? kit.next ?? '') || `Go on with ${name.toLowerCase()}`
  return { what, why: lacks ? `${name} still lacks ${lacks}.` : `${name} is not clear yet.`, href: placeOf(open) }
}
