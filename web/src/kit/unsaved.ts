// Forms are saved when somebody says so; until then this browser keeps what was typed.

const PREFIX = 'brownout.form.'

export class Unsaved<Value> {
  readonly #key: string
  #timer: ReturnType<typeof setTimeout> | undefined
  #waiting: Value | null = null

  constructor(name: string) {
    this.#key = PREFIX + name
  }

  left(): Value | null {
    try {
      const kept = localStorage.getItem(this.#key)
      return kept === null ? null : (JSON.parse(kept) as Value)
    } catch {
      return null
    }
  }

  /** Keeps it, not more often than somebody can type. */
  keep(value: Value): void {
    this.#waiting = value
    this.#timer ??= setTimeout(() => this.#write(), 200)
  }

  forget(): void {
    this.#waiting = null
    try {
      localStorage.removeItem(this.#key)
    } catch {
      // Nothing was kept.
    }
  }

  close(): void {
    this.#write()
  }

  #write(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting === null) return
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#waiting))
    } catch {
      // Full or forbidden: the form itself still holds it.
    }
    this.#waiting = null
  }
}
