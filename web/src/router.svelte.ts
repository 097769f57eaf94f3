// Which screen, by the address. Links are plain links: this takes the clicks that a browser would follow within the app.

export type Route =
  | { screen: 'home' }
  | { screen: 'questions' }
  | { screen: 'question'; id: string }
  | { screen: 'labs' }
  | { screen: 'lab'; id: string }
  | { screen: 'kit' }
  | { screen: 'settings' }
  | { screen: 'nowhere'; path: string }

export function routeOf(path: string): Route {
  const [first, second, ...rest] = path.split('/').filter(Boolean).map(decoded)
  if (rest.length > 0) return { screen: 'nowhere', path }
  if (first === undefined) return { screen: 'home' }
  if (first === 'questions') return second ? { screen: 'question', id: second } : { screen: 'questions' }
  if (first === 'lab') return second ? { screen: 'lab', id: second } : { screen: 'labs' }
  if (first === 'kit' && !second) return { screen: 'kit' }
  if (first === 'settings' && !second) return { screen: 'settings' }
  return { screen: 'nowhere', path }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

class Router {
  path = $state(window.location.pathname)
  route = $derived(routeOf(this.path))

  constructor() {
    window.addEventListener('popstate', () => (this.path = window.location.pathname))
    document.addEventListener('click', (event) => this.#click(event))
  }

  go(path: string): void {
    if (path !== window.location.pathname) window.history.pushState(null, '', path)
    this.path = window.location.pathname
    if (!window.location.hash) window.scrollTo(0, 0)
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a[href]')
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute('download')) return
    const to = new URL(link.href)
    if (to.origin !== window.location.origin || to.pathname.startsWith('/api')) return
    if (to.hash && to.pathname === window.location.pathname) return
    event.preventDefault()
    this.go(to.pathname + to.hash)
  }
}

export const router = new Router()
