// Problem details (RFC 9457), as the server says what went wrong.

import type { ProblemDetails } from './types.ts'

/** The server refused, and said why. */
export class Refusal extends Error {
  readonly problem: ProblemDetails

  constructor(problem: ProblemDetails) {
    super(problem.detail || problem.title)
    this.name = 'Refusal'
    this.problem = problem
  }

  get status(): number {
    return this.problem.status
  }
}

/** The server did not answer at all. */
export class Gone extends Error {
  constructor() {
    super('Brownout does not answer. Is it still running?')
    this.name = 'Gone'
  }
}

/** What a failed action says to a person: one sentence, and what to do where that is known. */
export function said(error: unknown): { what: string; hint: string | null } {
  if (error instanceof Refusal) return { what: error.message, hint: error.problem.hint ?? null }
  if (error instanceof Gone) return { what: error.message, hint: 'Start it again with `brownout serve`; this page goes on by itself.' }
  return { what: error instanceof Error ? error.message : String(error), hint: null }
}

/** A problem out of whatever body a failed response has. */
export function problemOf(status: number, body: unknown): ProblemDetails {
  const said = { type: '', title: `The server answered with status ${status}.`, detail: '', problems: [] }
  return typeof body === 'object' && body !== null ? { ...said, ...body, status } : { ...said, status }
}
