// session.js - a session that ended, or a server that is away, while something was typed: the page stays as it is. One signs
// in beside it, comes back and sends again; the tokens of the page are those of the new session by then.
import { $, $$, csrf, on, word } from './dom.js'
import { toast } from './toast.js'

const FRESH = 20000                 // of a page younger than this nobody asks: it has just been answered
let ended = false

export function signedOut() {
  ended = true
  const d = $('#ended')
  if (d && !d.open) d.showModal()
}

/** Is there somebody to take what was typed? Says so when not. */
async function heard() {
  try {
    const answer = await fetch('/palette?q=', { headers: { 'HX-Request': 'true' } })
    if (!answer.headers.has('HX-Location')) return true
    signedOut()
  } catch { toast({ text: word('offline'), error: true }) }
  return false
}

/** Before a guarded form leaves its page: true when the submit waits for an answer first. */
export function asksFirst(e, form) {
  if (form.dataset.heard || performance.now() < FRESH || !form.matches('[data-guard]') || form.hasAttribute('hx-post')) return delete form.dataset.heard, false
  e.preventDefault()
  const by = e.submitter
  if (form.dataset.asking) return true
  form.dataset.asking = '1'
  heard().then(ok => {
    delete form.dataset.asking
    if (!ok) return
    form.dataset.heard = '1'
    form.requestSubmit(by)
  })
  return true
}

async function back() {
  if (!ended) return
  const page = await fetch('/me').then(a => a.text()).catch(() => '')
  const token = new DOMParser().parseFromString(page, 'text/html').querySelector('meta[name=csrf]')?.content
  if (!token || token === csrf()) return
  ended = false
  $('meta[name=csrf]').content = token
  $$('input[name=csrf]').forEach(i => { i.value = token })
  $('#ended')?.close()
}
addEventListener('focus', back)
document.addEventListener('visibilitychange', () => document.hidden || back())
on('click', '#ended [data-dialog-close]', back)
