// What browser tests need: a server of their own with empty records, and a browser that reports everything it dislikes.

import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect } from 'vitest'

const BINARY = resolve(process.env.BROWNOUT_BIN ?? '../target/debug/brownout')
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** A running server, which can be killed and started again at the same address. */
export class Server {
  url = ''
  readonly #data = mkdtempSync(join(tmpdir(), 'brownout-web-'))
  #process: ChildProcess | null = null

  async start(): Promise<this> {
    if (!existsSync(BINARY)) throw new Error(`there is no ${BINARY}: build it, or set BROWNOUT_BIN`)
    const address = this.url ? new URL(this.url).host : '127.0.0.1:0'
    const child = spawn(BINARY, ['serve', '--addr', address, '--data', this.#data, '--no-open'], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    this.url = await new Promise<string>((found, failed) => {
      let said = ''
      child.stderr.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        const line = /listening on (http:\/\/\S+)/.exec(said)
        if (line) found(line[1]!.replace(/\/$/, ''))
      })
      child.on('exit', (code) => failed(new Error(`the server ended with ${code}:\n${said}`)))
    })
    return this
  }

  /** As a power cut would: no time to put anything in order. */
  async kill(): Promise<void> {
    const child = this.#process
    if (!child) return
    const ended = new Promise((done) => child.on('exit', done))
    child.kill('SIGKILL')
    await ended
    this.#process = null
  }

  async end(): Promise<void> {
    await this.kill()
    rmSync(this.#data, { recursive: true, force: true })
  }
}

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })

/** A page of its own context; `complaints` collects errors of the console and of scripts. */
export async function openPage(browser: Browser, server: Server, options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  return { page, complaints }
}

/** Goes somewhere and waits for its content. */
export async function visit(page: Page, path: string, heading?: string | RegExp): Promise<void> {
  await page.goto(path)
  const wanted = heading === undefined ? page.getByRole('heading', { level: 1 }) : page.getByRole('heading', { name: heading })
  await wanted.first().waitFor()
  await expect.poll(() => page.getByText('Loading ', { exact: false }).count()).toBe(0)
}

/** Asks the API as the page would. */
export async function api<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  const response = await page.request.fetch(`/api/v1${path}`, { method, data: body, headers: { 'Content-Type': 'application/json' } })
  if (!response.ok()) throw new Error(`${method} ${path}: ${response.status()} ${await response.text()}`)
  return response.json() as Promise<T>
}

export const ANSWER =
  'Partners break when we change what they rely on, and they cannot follow within a week. So the contract says what each ' +
  'field means and which errors may be tried again, and a consumer test in the build holds us to it. That gives up speed: ' +
  'we run two versions for a year, which cost us one engineer in five. At my last company a partner timed out after two ' +
  'seconds and sent every payment again; an idempotency key took duplicates from 40 a day to none, and support calls fell by half.'
