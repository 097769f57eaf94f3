// The shapes that the API speaks, by the names that the rest of the app uses.

export interface Readiness {
  ready: boolean
  missing: string[]
  partial: string[]
  next?: string | null
}
export interface SlotStatus extends Readiness {
  slot: string
  holds?: string | null
  about?: string | null
}
export interface KitStatus {
  ready: boolean
  slots_ready: number
  slots: SlotStatus[]
  next?: string | null
}
export interface Recent {
  kind: string
  id: string
  about: string
  version: number
  written_ms: number
}
export interface Home {
  kit: KitStatus
  /** `2026-12-01` */
  interview?: string | null
  recent: Recent[]
  questions: number
  answered: number
}
export interface QuestionPrompt {
  id: string
  level: string
  topic: string
  question: string
  answer?: string | null
  version: number
}
export interface Draft {
  text: string
  revision: string
  after: number
}
export interface Span {
  start: number
  end: number
}
export interface Finding {
  score: number
  confidence: number
  evidence: Span[]
}
export interface Habit extends Finding {
  note: string
  outcomes?: string[] | null
}
export interface Mistake {
  is: boolean
  confidence: number
  evidence: Span[]
}
export interface Assessment {
  question: string
  words: number
  spoken_s: number
  habits: Record<string, Habit>
  mistakes: Record<string, Mistake>
  coverage: Record<string, Finding>
  enough: boolean
  follow_up: string
}
export interface SavedAnswer {
  id: string
  version: number
  stored: boolean
  words: number
  spoken_s: number
  assessment?: Assessment | null
  readiness: Readiness
}
export interface AnswerSummary {
  id: string
  question: string
  version: number
  written_ms: number
  words: number
  spoken_s: number
  readiness: Readiness
}
export interface Stretch {
  change: 'same' | 'removed' | 'added'
  text: string
}
export interface AnswerVersion {
  version: number
  written_ms: number
  text: string
  words: number
  spoken_s: number
  changes: Stretch[]
  assessments: { reader: string; assessment: Assessment }[]
}
export interface AnswerHistory {
  id: string
  question: { id: string; text: string }
  versions: AnswerVersion[]
}
export interface Guide {
  tests: string
  points: { id: string; name?: string | null; touched: string; covered: string }[]
  mistakes: { id: string; what: string; why: string }[]
  failure_mode: string
  metric: string
  cost: string
  team: string
  see: string[]
}
export interface Figure {
  value: string
  source: string
  detail?: string
}
export interface Example {
  title: string
  system: string
  problem: string
  options: string
  decision: string
  gave_up: string
  sequence: string
  risk_control: string
  result: string
  own_part: string
  numbers: Figure[]
}
export interface ShownExample {
  id: string
  version: number
  written_ms: number
  example: Example
  readiness: Readiness
}
export interface Tradeoff {
  first: string
  gives_up: string
  because: string
  unless: string
}
export interface ShownTradeoff {
  version: number
  tradeoff: Tradeoff
  readiness: Readiness
}
export interface Flag {
  place: string
  line: number
  kind: string
  quote: string
  why: string
}
export interface KitExport {
  text: string
  file_name: string
  media_type: string
  flags: Flag[]
}
export interface Settings {
  interview?: string | null
  /** Of the plans, not of Brownout. */
  version: number
  data_folder: string
  records: string
  brownout: string
}
export interface ScenarioSummary {
  id: string
  name: string
  about?: string | null
  variants: string[]
}
export interface ScenarioText extends ScenarioSummary {
  text: string
}
export interface Problem {
  message: string
  expected?: string | null
  hint?: string | null
  line: number
  column: number
  start: number
  end: number
  in_set?: number | null
}
export interface ServiceShape {
  name: string
  replicas?: number | null
  workers?: number | null
  cores?: number | null
  queue?: number | null
}
export interface Topology {
  tenants: { name: string; calls: string; rate_per_s?: number | null; users?: number | null }[]
  services: ServiceShape[]
  edges: { from: string; to: string; optional: boolean }[]
}
export interface ScenarioShape {
  name: string
  about?: string | null
  digest: string
  duration_s: number
  warmup_s: number
  topology: Topology
  variants: string[]
  objectives: string[]
}
export interface Checked {
  problems: Problem[]
  remarks: Problem[]
  scenario?: ScenarioShape | null
}
export interface Latency {
  mean: number | null
  p50: number | null
  p90: number | null
  p99: number | null
  p999: number | null
  max: number | null
}
export interface Requests {
  offered: number
  ok: number
  degraded: number
  late: number
  failed: Record<string, number>
  goodput: number | null
  goodput_rps: number
  latency_ms: Latency
}
export interface ServiceLoad {
  utilization: number | null
  queue_mean: number
  queue_max: number
  in_service_mean: number
  amplification: number | null
  [defence: string]: number | null | undefined
}
export interface Calls {
  attempts: number
  retries: number
  timeouts: number
  latency_ms: Latency
}
export interface Effects {
  requests: number
  once: number
  lost: number
  duplicated: number
  after_failure?: number | null
}
export interface Mark {
  text: string
  from_s: number
  to_s: number
}
export interface Timeline {
  step_s: number
  series: Record<string, (number | null)[]>
  marks: Mark[]
}
export interface RunReport {
  kind?: string
  scenario: string
  digest: string
  version: string
  seed: number
  simulated_s: number
  warmup_s: number
  events: number
  endpoints: Record<string, Requests>
  tenants: Record<string, Requests>
  services: Record<string, ServiceLoad>
  calls: Record<string, Calls>
  effects: Record<string, Effects>
  cost?: { currency?: string | null; total: number; per_million_good?: number | null } | null
  objectives: { text: string; value: number | null; met: boolean }[]
  timeline: Timeline
}
