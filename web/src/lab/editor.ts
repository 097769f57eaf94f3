// The editor of a scenario's text: YAML, with the server's problems at their places.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Diagnostic } from './diagnostics.ts'

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.string, tags.content], color: 'var(--ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--info)' },
  { tag: [tags.keyword, tags.typeName], color: 'var(--good)' },
])

const look = EditorView.theme({
  '&': { height: 'min(60vh, 40rem)', fontSize: '0.85rem', backgroundColor: 'var(--paper)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '3px solid var(--focus)', outlineOffset: '-3px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--sunk)', color: 'var(--ink-soft)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--info) 28%, transparent)' },
  '.cm-tooltip, .cm-panels': { backgroundColor: 'var(--paper)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-diagnostic': { whiteSpace: 'pre-wrap' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunk)', color: 'var(--ink)', border: '1px solid var(--line)' },
})

/** An editor in a box; whatever a person changes is told. */
export function editor(parent: HTMLElement, text: string, change: (text: string) => void): EditorView {
  const told = EditorView.updateListener.of((update) => {
    if (update.docChanged && !update.transactions.every((one) => one.isUserEvent('set'))) change(update.state.doc.toString())
  })
  const extensions = [
    lineNumbers(),
    foldGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    lintGutter(),
    yaml(),
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': 'Scenario', spellcheck: 'false', tabindex: '0' }),
    keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
    look,
    told,
  ]
  // A scenario opens with a page of why; what one has come to change is below it.
  const begin = Math.max(0, text.search(/^brownout:/m))
  const state = EditorState.create({ doc: text, selection: { anchor: begin }, extensions })
  return new EditorView({ parent, state, scrollTo: EditorView.scrollIntoView(begin, { y: 'start' }) })
}

/** Puts another text in, unless it is there already. */
export function replaceText(view: EditorView, text: string): void {
  const now = view.state.doc.toString()
  if (now === text) return
  view.dispatch({ changes: { from: 0, to: now.length, insert: text }, userEvent: 'set' })
}

export function showDiagnostics(view: EditorView, found: readonly Diagnostic[]): void {
  const length = view.state.doc.length
  view.dispatch(setDiagnostics(view.state, found.filter((one) => one.to <= length)))
}
