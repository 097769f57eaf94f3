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

  /** Takes the server's draft (where there is none, the stored answer without a revision), and what this browser has kept. */
  open(server: Draft): void {
    const mirror = mirrors.left(this.#question)
    const opening = reconcile(mirror, server)
    this.#revision = server.revision
    this.after = server.after
    if (mirror && opening.kind !== 'server') {
      this.text = mirror.text
      if (opening.kind === 'conflict') this.theirs = server
      else this.typed()
    } else {
      mirrors.forget(this.#question, server.text)
      this.text = server.text
      this.saving = server.revision === '' ? 'empty' : 'saved'
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
    this.after = theirs.after
    if (mine) return this.typed()
    mirrors.forget(this.#question, this.text)
    this.text = theirs.text
    this.saving = 'saved'
  }

  /** Waits until nothing is on its way, so that a late draft does not follow an answer. */
  async rest(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#flight
    clearTimeout(this.#timer)
  }

  /** The text became a stored answer; the server has dropped the draft. */
  stored(version: number): void {
    this.after = version
    mirrors.forget(this.#question, this.text)
    this.#revision = ''
    this.saving = 'empty'
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
      await this.#failed(error)
    } finally {
      this.#sent = null
    }
  }

  /** What somebody else wrote, if that is why the server refused: another draft, or by now another stored version. */
  async #theirs(error: unknown): Promise<Draft | null> {
    if (!(error instanceof Refusal)) return null
    if (error.status === 409) return api.draft(this.#question).catch(() => null)
    return error.problem.theirs ?? null
  }

  #acknowledged(saved: Draft, text: string): void {
    this.#revision = saved.revision
    this.after = saved.after
    this.refusal = ''
    if (this.text !== text) return this.typed()
    this.saving = 'saved'
    mirrors.forget(this.#question, text)
  }

  async #failed(error: unknown): Promise<void> {
    const theirs = await this.#theirs(error)
    if (theirs) {
      if (!isConflict(this.text, theirs.text)) return this.#acknowledged(theirs, theirs.text)
      this.theirs = theirs
      this.saving = 'kept'
      return
    }
    this.saving = error instanceof Gone ? 'kept' : 'refused'
    this.refusal = said(error).what
    if (error instanceof Gone && !this.#closed) connection.whenBack(() => this.flush())
  }
}
