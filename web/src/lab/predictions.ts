// How past predictions went, in this browser.

const KEY = 'brownout.predictions'
/** Older ones say little about how somebody judges now. */
const MOST = 200

export function past(): boolean[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(found) ? found.filter((one) => typeof one === 'boolean') : []
  } catch {
    return []
  }
}

export function remember(held: readonly boolean[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...past(), ...held].slice(-MOST)))
  } catch {
    // A browser that keeps nothing has no record of predictions.
  }
}
