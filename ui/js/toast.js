// toast.js - what just happened, for 8 seconds, with a way back (Z, also when the toast is gone). Stays while pointed at or focused.
import { $, $$, on, post, word } from './dom.js'

const LIFE = 8000
const region = () => $('#toasts')

function arm(el) {
  let left = setTimeout(() => el.remove(), LIFE)
  const hold = () => clearTimeout(left)
  const go = () => { hold(); left = setTimeout(() => el.remove(), LIFE / 2) }
  el.addEventListener('pointerenter', hold)
  el.addEventListener('pointerleave', go)
  el.addEventListener('focusin', hold)
  el.addEventListener('focusout', go)
}

export function toast({ text, undo, error }) {
  const el = document.createElement('div')
  el.className = error ? 'toast bad' : 'toast'
  el.setAttribute('role', error ? 'alert' : 'status')
  const words = document.createElement('span')
  words.textContent = text
  el.append(words)
  if (undo?.startsWith('/')) {
    const button = document.createElement('button'), key = document.createElement('kbd')
    button.dataset.undo = undo
    button.textContent = region().dataset.undoWord
    key.textContent = 'Z'
    el.append(button, key)
  }
  const box = region()
  if (!box) return
  while (box.children.length > 2) box.firstElementChild.remove()
  box.append(el)
  arm(el)
}

/** Why a request came to nothing: the server's words, or that nobody answered. */
export async function refused(e) {
  if (!e.answer) return toast({ text: word('away'), error: true })
  const said = new DOMParser().parseFromString(await e.answer.text().catch(() => ''), 'text/html').querySelector('.notice p, .notice')
  toast({ text: said?.textContent.trim() || word('failed'), error: true })
}

// The toast is gone: the server knows the last write. One of long ago has a page that asks.
async function last() {
  try {
    const to = (await post('/undo', { back: location.pathname + location.search })).headers.get('HX-Location')
    if (to === '/undo') location.assign(to)
    else location.reload()
  } catch (e) { refused(e) }
  return true
}

export async function undo() {
  const button = $$('[data-undo]', region() ?? document).pop()
  if (!button) return last()
  const form = button.closest('form')
  if (form) return form.requestSubmit(), true
  button.disabled = true
  try {
    await post(button.dataset.undo)
    if (document.activeElement.id) sessionStorage.setItem('at', document.activeElement.id)
    location.reload()
  } catch (e) { button.disabled = false; refused(e) }
  return true
}

on('click', '[data-undo]', (e, button) => { if (!button.closest('form')) e.preventDefault(), undo() })
document.addEventListener('toast', e => toast(e.detail))       // HX-Trigger: {"toast":{"text":…,"undo":"/undo/…"}}
$$('.toast').forEach(arm)

// After an undo the focus is where it was: a card on the board.
const at = sessionStorage.getItem('at')
sessionStorage.removeItem('at')
if (at) document.getElementById(at)?.focus()
