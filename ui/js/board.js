// board.js - moving cards: by hand (SortableJS), by keys (Space picks up), and, without either, by
// the card's own menu. A board says where moves go: <div class="board" data-board-url="/deals/move">.
// The move is a POST of id, version, column, after (the card above); refused, the card goes back.
import Sortable from 'sortablejs/modular/sortable.core.esm.js'
import { $, $$, isRtl, on, post, say, word } from './dom.js'
import { signedOut } from './session.js'
import { refused } from './toast.js'

const column = card => card.closest('[data-column]')
const place = card => ({ parent: card.parentNode, next: card.nextElementSibling })
const putBack = (card, was) => was.parent.insertBefore(card, was.next?.parentNode === was.parent ? was.next : null)

async function save(card, was) {
  const before = card.previousElementSibling
  try {
    const answer = await post(card.closest('[data-board-url]').dataset.boardUrl, {
      id: card.dataset.id, version: card.dataset.version, column: column(card).dataset.column, after: before?.dataset.id ?? '',
    })
    const version = answer.headers.get('X-Version')
    if (version) card.dataset.version = version
    card.classList.add('moved')
    $$('.card[style=""]').forEach(c => c.removeAttribute('style'))      // left by dragging; htmx would copy it, which the content policy refuses
    document.body.dispatchEvent(new CustomEvent('boardMoved', { bubbles: true }))
  } catch (e) {
    const held = document.activeElement === card
    putBack(card, was)
    if (held) card.focus()
    if (e.answer?.status === 401) signedOut()
    else refused(e)
  }
}

function start(root) {
  $$('[data-board-url] [data-cards]', root).forEach(list => {
    if (list.dataset.sortable) return
    list.dataset.sortable = '1'
    let was
    Sortable.create(list, {
      group: 'cards', draggable: '.card', animation: matchMedia('(prefers-reduced-motion:reduce)').matches ? 0 : 140,
      delay: 180, delayOnTouchOnly: true, ghostClass: 'drop', dragClass: 'lift', filter: 'button,a.btn', preventOnFilter: false,
      onStart: e => { was = place(e.item) },
      onEnd: e => { if (e.from !== e.to || e.oldIndex !== e.newIndex) save(e.item, was) },
    })
  })
}

// ── grab mode ──
let grabbed, origin
function drop(keep) {
  const card = grabbed
  grabbed = null
  card.classList.remove('grabbed')
  if (!keep) { putBack(card, origin); say(word('cancelled')) }
  else if (card.parentNode !== origin.parent || card.nextElementSibling !== origin.next) { say(word('dropped')); save(card, origin) }
  card.focus()
}
function shift(card, key) {
  const forward = key === (isRtl() ? 'ArrowLeft' : 'ArrowRight')
  if (key === 'ArrowUp') card.previousElementSibling?.before(card)
  else if (key === 'ArrowDown') card.nextElementSibling?.after(card)
  else {
    const to = column(card)[forward ? 'nextElementSibling' : 'previousElementSibling']
    const list = to && $('[data-cards]', to)
    if (!list) return
    list.prepend(card)
    say(word('moved', to.getAttribute('aria-label')))
  }
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  card.focus()
}
on('keydown', '[data-board-url] .card', (e, card) => {
  if (e.target !== card) return
  if (grabbed && e.key === 'Escape') drop(false)
  else if (grabbed && (e.key === ' ' || e.key === 'Enter')) drop(true)
  else if (grabbed && e.key.startsWith('Arrow')) shift(card, e.key)
  else if (e.key === ' ') { grabbed = card; origin = place(card); card.classList.add('grabbed'); say(word('grabbed')) }
  else return
  e.preventDefault()
  e.stopPropagation()
})
on('focusout', '.card.grabbed', (e, card) => setTimeout(() => { if (grabbed === card && document.activeElement !== card) drop(false) }))

start(document)
document.addEventListener('htmx:after:swap', () => start(document))
