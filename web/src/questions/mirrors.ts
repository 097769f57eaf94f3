// Unsaved text, kept by the browser under the question and the tab that it was typed in.

import { chooseMirror, type Mirror } from './reconcile.ts'

const PREFIX = 'brownout.draft.'

/** This tab, across reloads. */
function tab(): string {
  const KEY = 'brownout.tab'
  try {
    const known = sessionStorage.getItem(KEY)
    if (known) return known
    const fresh = crypto.randomUUID()
    sessionStorage.setItem(KEY, fresh)
    return fresh
  } catch {
    return 'only'
  }
}

const key = (question: string) => `${PREFIX}${question}/${tab()}`

/** Keeps it; false where the browser does not let us. */
export function keep(question: string, mirror: Mirror): boolean {
  try {
    localStorage.setItem(key(question), JSON.stringify(mirror))
    return true
  } catch {
    return false
  }
}

/** What was left unsaved about a question, by this tab or another. */
export function left(question: string): Mirror | null {
  const found = new Map<string, Mirror>()
  try {
    const start = `${PREFIX}${question}/`
    for (let index = 0; index < localStorage.length; index++) {
      const name = localStorage.key(index) ?? ''
      if (name.startsWith(start)) found.set(name.slice(start.length), JSON.parse(localStorage.getItem(name) ?? ''))
    }
  } catch {
    // What cannot be read is as good as absent.
  }
  return chooseMirror(found, tab())
}

/** Forgets what this tab kept, and copies of the same text that other tabs left. */
export function forget(question: string, text: string): void {
  try {
    localStorage.removeItem(key(question))
    const start = `${PREFIX}${question}/`
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith(start) && JSON.parse(localStorage.getItem(name) ?? '{}').text === text) localStorage.removeItem(name)
    }
  } catch {
    // Nothing kept, nothing to forget.
  }
}
