// Numbers as people read them.

/** Three significant digits, thousands grouped; a dash where nothing was measured. */
export function digits(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1000) return Math.round(value).toLocaleString('en-US')
  if (size === 0) return '0'
  return String(Number(value.toPrecision(3)))
}

/** `110k` where a full number has no room. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || Math.abs(value) < 1e4) return digits(value)
  return Math.abs(value) < 1e6 ? `${digits(value / 1e3)}k` : `${digits(value / 1e6)}M`
}

/** `29.7 %` of a share. */
export const percent = (share: number | null | undefined): string => (share === null || share === undefined ? '–' : `${digits(share * 100)} %`)

/** `240 ms`, `1.2 s` */
export function milliseconds(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  return value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`
}

/** `3.1×` */
export const times = (value: number | null | undefined): string => (value === null || value === undefined ? '–' : `${digits(value)}×`)

/** `1:05` of simulated seconds. */
export function moment(seconds: number): string {
  const whole = Math.round(seconds * 10) / 10
  const minutes = Math.floor(whole / 60)
  const rest = whole - minutes * 60
  const shown = Number.isInteger(rest) ? String(rest).padStart(2, '0') : rest.toFixed(1).padStart(4, '0')
  return `${minutes}:${shown}`
}
