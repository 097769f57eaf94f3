// One visit to a scenario: its text and what is changed about it, whether it reads, the runs of it.

import * as api from '../api/index.ts'
import { Refusal } from '../api/problem.ts'
import type { Checked, RunReport, ScenarioText } from '../api/types.ts'
import { knobs, overrides } from './setup.ts'
import type { Prediction } from './prediction.ts'

const CHECK_PAUSE_MS = 300

/** A finished or running simulation, and what it is of. */
export interface Ran {
  variant: string
  report: RunReport
}

export class LabSession {
  text = $state('')
  variant = $state('')
  /** Another variant to lay over it; null for none. */
  beside = $state<string | null>(null)
  seed = $state(1)
  values = $state<Record<string, string>>({})
  checked = $state.raw<Checked | null>(null)
  /** The text that `checked` is about. */
  checkedText = $state.raw('')
  checkError = $state.raw<unknown>(null)

  progress = $state<number | null>(null)
  queued = $state<number | null>(null)
  error = $state.raw<unknown>(null)
  first = $state.raw<Ran | null>(null)
  second = $state.raw<Ran | null>(null)
  /** Every variant on the same seed, once asked for. */
  all = $state.raw<ReadonlyMap<string, RunReport> | null>(null)
  /** What the runs on the screen were of; empty while they are under way or if they were stopped. */
  ranSetup = $state.raw('')
  prediction = $state.raw<Prediction | null | 'open'>('open')
  /** The simulated second that is looked at; null for the end. */
  moment = $state<number | null>(null)

  readonly id: string
  readonly original: string
  #checking: AbortController | null = null
  #running: AbortController | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  shape = $derived(this.checked?.scenario ?? null)
  #lastShape = $state.raw<Checked['scenario']>(null)
  /** The shape of the last text that could be read, so that the screen stays while somebody types. */
  known = $derived(this.shape ?? this.#lastShape ?? null)
  knobs = $derived(this.known ? knobs(this.known, this.text) : [])
  sets = $derived(overrides(this.knobs, this.values))
  setup = $derived(JSON.stringify([this.text, this.variant, this.beside, this.sets, this.seed]))
  complete = $derived(this.first !== null && this.ranSetup !== '')
  stale = $derived(this.complete && this.progress === null && this.setup !== this.ranSetup)
  runnable = $derived(this.shape !== null && this.progress === null)

  constructor(scenario: ScenarioText) {
    this.id = scenario.id
    this.original = scenario.text
    this.text = scenario.text
    void this.check()
  }

  changed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.check(), CHECK_PAUSE_MS)
  }

  async check(): Promise<void> {
    this.#checking?.abort()
    const mine = (this.#checking = new AbortController())
    const text = this.text
    try {
      const checked = await api.check({ text, variant: this.variant || undefined, sets: this.sets }, mine.signal)
      this.checked = checked
      this.checkedText = text
      this.checkError = null
      if (checked.scenario) this.#lastShape = checked.scenario
    } catch (error) {
      if (!mine.signal.aborted) this.checkError = error
    }
  }

  /** Runs the chosen variant, and the one beside it on the same seed. */
  async run(): Promise<void> {
    await this.#busy(async (signal) => {
      const setup = this.setup
      this.ranSetup = ''
      this.second = null
      this.moment = null
      await this.#one(this.variant, signal, (ran) => (this.first = ran))
      if (this.beside !== null && this.beside !== this.variant) await this.#one(this.beside, signal, (ran) => (this.second = ran))
      this.ranSetup = setup
    })
  }

  /** Runs the scenario as written and every variant on the same seed. */
  async runAll(): Promise<void> {
    const found = new Map<string, RunReport>()
    await this.#busy(async (signal) => {
      for (const variant of ['', ...(this.known?.variants ?? [])]) {
        await this.#one(variant, signal, (ran) => found.set(variant, ran.report))
        this.all = new Map(found)
      }
    })
  }

  cancel(): void {
    this.#running?.abort()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#checking?.abort()
    this.cancel()
  }

  async #busy(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const mine = (this.#running = new AbortController())
    this.error = null
    this.all = null
    this.progress = 0
    try {
      await work(mine.signal)
    } catch (error) {
      if (!mine.signal.aborted) this.error = error
      if (error instanceof Refusal && error.problem.problems?.length) void this.check()
    } finally {
      this.progress = null
      this.queued = null
    }
  }

  async #one(variant: string, signal: AbortSignal, show: (ran: Ran) => void): Promise<void> {
    this.progress = 0
    const setup = { text: this.text, variant: variant || undefined, sets: this.sets, seed: this.seed }
    const report = await api.run(setup, {
      signal,
      queued: (position) => (this.queued = position),
      frame: (progress, report) => {
        this.queued = null
        this.progress = progress
        show({ variant, report })
      },
    })
    show({ variant, report })
  }
}

/** What a variant is called where there is none. */
export const nameOf = (variant: string): string => variant || 'as written'
