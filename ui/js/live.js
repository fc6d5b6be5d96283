// live.js - what others change appears. The server sends `event: changed` with "entity id"; elements
// with data-live="deal" or "deal:ID" and hx-get fetch themselves again ("* *": all of them). Nothing moves under the
// pointer or the caret: there a bar offers the news. A hidden tab holds no connection, since a
// browser allows six of them to one HTTP/1.1 server. Who comes back asks for everything: nobody keeps what was missed.
import { $, $$, word } from './dom.js'
import { heard } from './around.js'

const url = document.body.dataset.liveUrl
let source, timer, pause = 1000, missed = document.hidden

function refresh(el) {
  if (!el.matches(':hover') && !el.contains(document.activeElement)) return htmx.trigger(el, 'live')
  if ($('.news', el)) return
  const bar = document.createElement('button')
  bar.type = 'button'
  bar.className = 'btn sm news'
  bar.textContent = word('news')
  bar.onclick = () => { bar.remove(); htmx.trigger(el, 'live') }
  el.prepend(bar)
}

// At once, then once in two seconds for all that came meanwhile: an import changes a thousand. What is being fetched
// is fetched again afterwards: it may be older than the news, and who asks twice at a time is not answered twice.
const news = new Set()
let due, shown = 0
function show() {
  const live = $$('[data-live]').filter(el => news.has('*') || news.has(el.dataset.live))
  due = live.some(el => el.matches('.htmx-request')) ? setTimeout(show, 200) : null
  if (due) return
  news.clear()
  shown = Date.now()
  live.forEach(refresh)
}
function changed(e) {
  const [entity, id] = e.data.split(' ')
  news.add(entity).add(`${entity}:${id}`)
  heard(entity === '*' ? '*' : `${entity}:${id}`)
  due ??= setTimeout(show, Math.max(0, shown + 2000 - Date.now()))
}
function count(e) {                 // "id text": a number in the navigation
  const [id, ...text] = e.data.split(' '), el = $(`[data-count="${CSS.escape(id)}"]`)
  if (el) el.textContent = text.join(' ')
}
function open() {
  source = new EventSource(url)
  source.onopen = () => {
    if (missed) changed({ data: '* *' })
    missed = false
    pause = 1000
  }
  source.onerror = () => {          // after a cut the browser comes back by itself; after an answer that is none (a proxy whose server restarts, a full queue) we do
    missed = true
    if (source?.readyState !== EventSource.CLOSED) return
    timer = setTimeout(watch, pause * (1 + Math.random()))
    pause = Math.min(pause * 2, 300000)
  }
  source.addEventListener('changed', changed)
  source.addEventListener('count', count)
  source.addEventListener('toast', e => document.body.dispatchEvent(new CustomEvent('toast', { bubbles: true, detail: JSON.parse(e.data) })))
}
function watch() {
  clearTimeout(timer)
  source?.close()
  source = null
  if (document.hidden) missed = true
  else open()
}
if (url) {
  document.addEventListener('visibilitychange', watch)
  addEventListener('pagehide', () => source?.close())
  watch()
}
