// Light, dark, or as the system says. It belongs to this browser, not to the records.

export type Choice = 'auto' | 'light' | 'dark'

const KEY = 'brownout.theme'

function kept(): Choice {
  const found = stored(KEY)
  return found === 'light' || found === 'dark' ? found : 'auto'
}

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

class Theme {
  choice = $state<Choice>(kept())
  #system = $state(window.matchMedia('(prefers-color-scheme: dark)').matches)
  dark = $derived(this.choice === 'auto' ? this.#system : this.choice === 'dark')

  constructor() {
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (change) => {
      this.#system = change.matches
      this.#show()
    })
    this.#show()
  }

  choose(choice: Choice): void {
    this.choice = choice
    try {
      localStorage.setItem(KEY, choice)
    } catch {
      // A browser that keeps nothing still shows the theme until it is closed.
    }
    this.#show()
  }

  #show(): void {
    document.documentElement.dataset.theme = this.dark ? 'dark' : 'light'
  }
}

export const theme = new Theme()
