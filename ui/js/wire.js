// wire.js - how htmx speaks with our server: the token on every request, errors where one looks.
import { csrf, word } from './dom.js'
import { signedOut } from './session.js'
import { toast } from './toast.js'

document.addEventListener('htmx:config:request', e => {
  const request = e.detail.ctx.request
  if (request.method !== 'GET') request.headers['X-CSRF-Token'] = csrf()
})
document.addEventListener('htmx:error', e => {
  if (e.detail.error?.name !== 'AbortError') toast({ text: word('offline'), error: true })
})
document.addEventListener('htmx:before:response', e => {       // what was typed stays where it is
  if (e.detail.ctx.response.status === 401) e.preventDefault(), signedOut()
})
// An answer to a stale or broken request is shown as a message unless it brought its own place (422).
document.addEventListener('htmx:response:error', e => {
  const { response, text } = e.detail.ctx
  if (response.status !== 422 && !text?.trim()) toast({ text: word('failed'), error: true })
})
