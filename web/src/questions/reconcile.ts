// What a person typed must survive a killed server, a closed tab and a second tab. The server's draft has a revision; text
// that the server has not acknowledged is mirrored in this browser with the revision that it was typed over. This file
// decides, given both, what to show. A mirror exists only while something is unsaved.

import type { Draft } from '../api/types.ts'

/** Text that the server has not acknowledged. */
export interface Mirror {
  text: string
  /** The server's revision that it was typed over; empty where there was none. */
  revision: string
  /** The stored answer's version that it goes on from. */
  after: number
  /** What was on its way to the server when this was written: it may have arrived without an acknowledgement. */
  sent: string | null
  written_ms: number
}

export type Opening =
  | { kind: 'server' }
  | { kind: 'mine' }
  | { kind: 'conflict' }

/** Which text to open with. */
export function reconcile(mirror: Mirror | null, server: Draft): Opening {
  if (!mirror || mirror.text === server.text) return { kind: 'server' }
  const sameAnswer = mirror.after === server.after
  const typedOverIt = sameAnswer && mirror.revision === server.revision
  const arrivedUnseen = mirror.sent !== null && mirror.sent === server.text
  const draftIsGone = sameAnswer && server.revision === ''
  if (typedOverIt || arrivedUnseen || draftIsGone || server.text === '') return { kind: 'mine' }
  return mirror.text.trim() === '' ? { kind: 'server' } : { kind: 'conflict' }
}

/** Whether a refusal because of a newer revision is one that a person has to see. */
export function isConflict(mine: string, theirs: string): boolean {
  return mine.trim() !== theirs.trim() && theirs.trim() !== ''
}

/** Mirrors of one question by tab: this tab's own, else the newest that any tab left. */
export function chooseMirror(mirrors: ReadonlyMap<string, Mirror>, tab: string): Mirror | null {
  const own = mirrors.get(tab)
  if (own) return own
  const others = [...mirrors.values()].sort((one, other) => other.written_ms - one.written_ms)
  return others[0] ?? null
}
