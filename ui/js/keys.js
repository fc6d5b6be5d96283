// keys.js - single keys and sequences. Letters go by event.code, so they work in every layout;
// off in fields, and off altogether with <html data-keys="off"> (a person's setting).
// A key presses the visible element with data-key="s" (the focused record's first); G then a
// letter follows data-go in the navigation; digits choose in a dialog that numbers its choices. The help dialog lists what stands in web/shell.c.
import { $, $$, isField } from './dom.js'
import { undo } from './toast.js'
import { openPalette } from './palette.js'
import { openDialog } from './dialog.js'
import { listKey } from './list.js'

let waiting = -Infinity             // when G was pressed
const off = () => document.documentElement.dataset.keys === 'off'
const letter = e => e.code.startsWith('Key') ? e.code.slice(3).toLowerCase() : e.code.startsWith('Digit') && !e.shiftKey ? e.code.slice(5) : ''
const shown = el => el.offsetParent !== null || el.hidden

function pressKey(key) {
  const near = document.activeElement?.closest('.card,tr,.ev,dialog,li[data-href]') ?? document
  const find = root => $$(`[data-key="${key}"]`, root).find(shown)
  const at = find($('dialog[open]') ?? near) ?? (!$('dialog[open]') && find(document))
  at?.click()
  return !!at
}

function plainKey(e) {
  const key = letter(e)
  if (performance.now() - waiting < 1500 && key) {
    waiting = -Infinity
    const to = $(`[data-go="${key}"]`)
    if (to) return to.click(), true
  }
  if (e.key === '?' || e.key === '؟') return openDialog('help')
  if (e.key === '/' || (e.code === 'Slash' && !e.shiftKey)) return openPalette()
  if (key === 'g' && !$('dialog[open]')) return (waiting = performance.now()), true
  if (key === 'z') { undo(); return true }
  return listKey(e, key) || (key && pressKey(key))
}

document.addEventListener('keydown', e => {
  if (e.defaultPrevented || e.isComposing) return
  const mod = e.ctrlKey || e.metaKey
  if (mod && !e.altKey && e.code === 'KeyK') return e.preventDefault(), openPalette()
  if (mod && (e.key === 'ArrowUp' || e.key === 'ArrowDown') && !isField(e.target)) {
    const to = $(e.key === 'ArrowUp' ? '[rel=prev]' : '[rel=next]')
    return to && (e.preventDefault(), to.click())
  }
  if (mod && e.key === 'Enter' && e.target.form) return e.preventDefault(), e.target.form.requestSubmit($('button.pri:not([type=button])', e.target.form))
  if (mod || e.altKey || off() || isField(e.target)) return
  if (plainKey(e)) e.preventDefault()
})
$('.nav [aria-current]')?.scrollIntoView({ block: 'nearest' })
if (/Mac|iP/.test(navigator.platform)) $$('kbd[data-mod]').forEach(k => { k.textContent = '⌘' + k.dataset.mod })
