/** How fast an answer is said aloud; the coach counts with the same number. */
const WORDS_PER_MINUTE = 140

/** Words of a text as a person counts them: runs of characters between blanks that hold a letter or a digit. */
export function words(text: string): number {
  return text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

/** Seconds it takes to say that many words. */
export function spokenSeconds(count: number): number {
  return Math.round((count * 60) / WORDS_PER_MINUTE)
}

/** `1:05` */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** `12 minutes ago`; by day beyond a week. */
export function ago(thenMs: number, nowMs: number = Date.now()): string {
  const minutes = Math.floor((nowMs - thenMs) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return plural(minutes, 'minute') + ' ago'
  if (minutes < 48 * 60) return plural(Math.floor(minutes / 60), 'hour') + ' ago'
  if (minutes < 7 * 24 * 60) return plural(Math.floor(minutes / 60 / 24), 'day') + ' ago'
  return new Date(thenMs).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' })
}

/** Days from today to a day such as `2026-12-01`, by this machine's calendar; negative for the past. */
export function daysUntil(day: string, now: Date = new Date()): number {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())
  return Math.round((Date.UTC(year, month - 1, date) - today) / 86_400_000)
}

/** `1 word`, `2 words` */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
