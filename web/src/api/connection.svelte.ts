// Whether the server answers. Everybody who loses it says so here; one loop asks until it is back.

import { Gone } from './problem.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 4000

class Connection {
  gone = $state(false)
  #asking = false
  #waiting = new Set<() => void>()

  /** Notes that a request found nobody. */
  lost(): Gone {
    this.gone = true
    void this.#ask()
    return new Gone()
  }

  found(): void {
    if (!this.gone) return
    this.gone = false
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const go of waiting) go()
  }

  /** Calls once the server is back. */
  whenBack(go: () => void): void {
    this.#waiting.add(go)
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    this.#asking = true
    for (let pause = FIRST_PAUSE_MS; this.gone; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      await this.askNow()
    }
    this.#asking = false
  }

  async askNow(): Promise<void> {
    const answer = await fetch('/api/live', { cache: 'no-store' }).catch(() => null)
    if (answer?.ok) this.found()
  }
}

export const connection = new Connection()
