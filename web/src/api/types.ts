// The shapes that the API speaks, out of its own document (`npm run api`), by the names that the rest of the app uses.

import type { components } from './schema.d.ts'

type Schemas = components['schemas']

export type Readiness = Schemas['Readiness']
export type SlotStatus = Schemas['SlotStatus']
export type KitStatus = Schemas['KitStatus']
export type Recent = Schemas['Recent']
export type Home = Schemas['Home']
export type QuestionPrompt = Schemas['Prompt']
export type Guide = Schemas['BankQuestion']
export type Draft = Schemas['Draft']

export type Span = Schemas['Span']
export type Assessment = Schemas['Assessment']
export type AnswerSummary = Schemas['AnswerSummary']
export type SavedAnswer = Schemas['SavedAnswer']
export type Stretch = Schemas['Stretch']
export type AnswerHistory = Schemas['AnswerHistory']

export type Figure = Schemas['Figure']
export type Example = Schemas['Example']
export type ShownExample = Schemas['ShownExample']
export type Tradeoff = Schemas['Tradeoff']
export type ShownTradeoff = Schemas['ShownTradeoff']
export type Flag = Schemas['Flag']
export type KitExport = Schemas['ExportedKit']
export type Settings = Schemas['Settings']

export type ScenarioSummary = Schemas['Listed']
export type ScenarioText = Schemas['Shown']
export type Diagnosis = Schemas['Diagnostic']
export type ServiceShape = Schemas['ServiceNode']
export type Topology = Schemas['Topology']
export type ScenarioShape = Schemas['Described']
export type Checked = Schemas['Checked']
export type Order = Schemas['Order']
export type Frame = Schemas['Frame']
export type Mark = Schemas['Mark']
export type RunReport = Schemas['RunReport']

export type ProblemDetails = Schemas['Problem']
