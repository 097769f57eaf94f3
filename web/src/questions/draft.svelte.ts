// A draft while somebody types: mirrored at once, sent after a pause, one request at a time. What the server has not
// acknowledged stays in the browser; what another tab wrote meanwhile is shown and never overwritten unasked.

import * as api from '../api/index.ts'
import { connection } from '../api/connection.svelte.ts'
import { Gone, Refusal, said } from '../api/problem.ts'
import type { Draft } from '../api/types.ts'
import * as mirrors from './mirrors.ts'
import { isConflict, reconcile } from './reconcile.ts'

const PAUSE_MS = 400

export type Saving = 'empty' | 'saved' | 'typing' | 'saving' | 'kept' | 'refused'

export class DraftKeeper {
  text = $state('')
  saving = $state<Saving>('empty')
  /** Why the server did not take it. */
  refusal = $state('')
  /** What another tab wrote. */
  theirs = $state<Draft | null>(null)
  after = 0

  #question: string
  #revision = ''
  #sent: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false
  #flight: Promise<void> = Promise.resolve()

  constructor(question: string) {
    this.#question = question
  }

  /** Takes the server's draft, and what this browser has kept. Where there is neither, the text to go on from. */
  open(server: Draft, newest: { text: string; version: number }): void {
    const mirror = mirrors.left(this.#question)
    const opening = reconcile(mirror, server)
    const empty = server.revision === '' && server.text === ''
    this.#revision = server.revision
    this.after = empty ? newest.version : server.after
    if (mirror && opening.kind !== 'server') {
      this.text = mirror.text
      if (opening.kind === 'conflict') this.theirs = server
      else this.#plan(0)
      if (mirror.after > this.after) this.after = mirror.after
    } else {
      mirrors.forget(this.#question, server.text)
      this.text = empty ? newest.text : server.text
      this.saving = empty ? 'empty' : 'saved'
    }
  }

  typed(): void {
    this.saving = 'typing'
    this.#mirror()
    this.#plan(PAUSE_MS)
  }

  /** Sends what is unsaved now; `leaving` lets the request outlive the page. */
  flush(leaving = false): void {
    if (this.saving !== 'typing' && this.saving !== 'kept') return
    clearTimeout(this.#timer)
    this.#begin(leaving)
  }

  /** Ends a conflict: with this tab's text, or with the other's. */
  settle(mine: boolean): void {
    const theirs = this.theirs
    if (!theirs) return
    this.theirs = null
    this.#revision = theirs.revision
    if (mine) return this.typed()
    mirrors.forget(this.#question, this.text)
    this.text = theirs.text
    this.after = theirs.after || this.after
    this.saving = 'saved'
  }

  /** The text became a stored answer: there is no draft any more. */
  async stored(version: number): Promise<void> {
    clearTimeout(this.#timer)
    await this.#flight
    clearTimeout(this.#timer)
    this.after = version
    mirrors.forget(this.#question, this.text)
    const revision = this.#revision
    this.#revision = ''
    this.saving = 'empty'
    if (revision) await api.dropDraft(this.#question, revision).catch(() => undefined)
  }

  close(): void {
    this.flush(true)
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #plan(pause: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#begin(false), pause)
  }

  #mirror(): void {
    const { text, after } = this
    mirrors.keep(this.#question, { text, revision: this.#revision, after, sent: this.#sent, written_ms: Date.now() })
  }

  #begin(leaving: boolean): void {
    if (this.theirs) return
    if (this.#sent !== null && !leaving) return this.#plan(PAUSE_MS)
    this.#flight = this.#send(leaving)
  }

  async #send(leaving: boolean): Promise<void> {
    const text = this.text
    this.#sent = text
    this.saving = 'saving'
    this.#mirror()
    try {
      const saved = await api.saveDraft(this.#question, { text, revision: this.#revision, after: this.after }, leaving)
      this.#acknowledged(saved, text)
    } catch (error) {
      this.#failed(error, text)
    } finally {
      this.#sent = null
    }
  }

  #acknowledged(saved: Draft, text: string): void {
    this.#revision = saved.revision
    this.refusal = ''
    if (this.text !== text) return this.typed()
    this.saving = 'saved'
    mirrors.forget(this.#question, text)
  }

  #failed(error: unknown, text: string): void {
    if (error instanceof Refusal && error.problem.theirs) {
      const theirs: Draft = { after: this.after, ...error.problem.theirs }
      if (isConflict(this.text, theirs.text)) {
        this.theirs = theirs
        this.saving = 'kept'
      } else {
        this.#acknowledged(theirs, this.text === theirs.text ? text : '')
      }
      return
    }
    this.saving = error instanceof Gone ? 'kept' : 'refused'
    this.refusal = said(error).what
    if (error instanceof Gone && !this.#closed) connection.whenBack(() => this.flush())
  }
}
