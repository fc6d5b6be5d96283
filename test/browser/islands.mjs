// islands.mjs - the islands at work in Chromium, on the pages of the gallery, under the product's
// content policy. Speaks the DevTools protocol over the browser's pipe; needs no package.
import { spawn, execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
const MIME = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', woff2: 'font/woff2' }
let passed = 0, failed = 0
const check = (what, ok) => { ok ? passed++ : (failed++, console.log('FAILED: ' + what)) }

const dir = mkdtempSync(join(tmpdir(), 'setu-islands-'))
execFileSync('make', ['-s', 'build/san/golden/gallery'])
try { execFileSync('build/san/golden/gallery', { env: { ...process.env, SETU_GALLERY: dir }, stdio: 'ignore' }) }
catch { console.log('the gallery differs from its golden files; its pages are used all the same') }
symlinkSync(join(process.cwd(), 'build/gen/a'), join(dir, 'a'))

// ── a server of files, which remembers posts ──
const posts = []
const server = createServer((rq, rs) => {
  const url = new URL(rq.url, 'http://x'), path = join(dir, url.pathname)
  rs.setHeader('Content-Security-Policy', CSP)
  if (rq.method === 'POST') {
    let body = ''
    rq.on('data', d => { body += d }).on('end', () => {
      posts.push({ path: url.pathname, token: rq.headers['x-csrf-token'], body: Object.fromEntries(new URLSearchParams(body)) })
      const refused = url.pathname === '/deals/move' && posts.length > 1
      rs.writeHead(refused ? 409 : 200, refused ? {} : { 'HX-Trigger': '{"toast":{"text":"done","undo":"/undo/9"}}', 'X-Version': '2' }).end()
    })
  } else if (url.pathname === '/palette') {
    rs.writeHead(200, { 'Content-Type': MIME.html }).end('<li role="presentation" class="head">x</li><li role="presentation"><a role="option" href="/door.en.html">one</a></li><li role="presentation"><a role="option" href="/list.en.html">two</a></li>')
  } else if (url.pathname.startsWith('/f/')) {
    rs.writeHead(200, { 'Content-Type': MIME.html }).end('<form method="post" action="/f/save" hx-post="/f/save" hx-target="closest dd" hx-swap="outerHTML"><input name="v" value="old"></form>')
  } else if (url.pathname === '/deals/new') {
    rs.writeHead(200, { 'Content-Type': MIME.html }).end('<form method="post"><input name="name"></form>')
  } else if (existsSync(path)) {
    rs.writeHead(200, { 'Content-Type': MIME[path.split('.').pop()] ?? 'text/plain' }).end(readFileSync(path))
  } else rs.writeHead(404, { 'Content-Type': MIME.html }).end()
}).listen(0, '127.0.0.1')
await new Promise(done => server.on('listening', done))
const base = `http://127.0.0.1:${server.address().port}/`

// ── a browser ──
const chrome = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--remote-debugging-pipe',
  `--user-data-dir=${join(dir, 'profile')}`, '--window-size=1440,900'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
const waiting = new Map(), complaints = []
let serial = 0, rest = ''
chrome.stdio[4].on('data', d => {
  const parts = (rest + d).split('\0')
  rest = parts.pop()
  for (const m of parts.map(JSON.parse)) {
    if (m.id) waiting.get(m.id)?.(m)
    else if (m.method === 'Runtime.exceptionThrown') complaints.push(m.params.exceptionDetails.exception?.description ?? m.params.exceptionDetails.text)
    else if (m.method === 'Log.entryAdded' && /Content Security|violat/i.test(m.params.entry.text)) complaints.push(m.params.entry.text)
  }
})
// A browser that falls silent is started anew, once, with all of this.
const silent = method => {
  chrome.kill('SIGKILL')
  if (process.env.SETU_ISLANDS_AGAIN) { console.log(`FAILED: the browser did not answer ${method}`); process.exit(1) }
  try { execFileSync(process.execPath, [process.argv[1]], { env: { ...process.env, SETU_ISLANDS_AGAIN: '1' }, stdio: 'inherit' }) } catch { process.exit(1) }
  process.exit(0)
}
const send = (method, params = {}, sessionId) => new Promise(done => {
  const late = setTimeout(silent, 60000, method)
  waiting.set(++serial, m => { clearTimeout(late); done(m) })
  chrome.stdio[3].write(JSON.stringify({ id: serial, method, params, sessionId }) + '\0')
})
const sleep = ms => new Promise(done => setTimeout(done, ms))
const { result: { targetId } } = await send('Target.createTarget', { url: 'about:blank' })
const { result: { sessionId } } = await send('Target.attachToTarget', { targetId, flatten: true })
for (const domain of ['Page', 'Runtime', 'Log']) await send(domain + '.enable', {}, sessionId)
const js = async text => (await send('Runtime.evaluate', { expression: text, awaitPromise: true, returnByValue: true }, sessionId)).result.result.value
const open = async page => { await send('Page.navigate', { url: base + page }, sessionId); for (let i = 0; i < 50 && !(await js('document.readyState === "complete" && !!window.htmx')); i++) await sleep(60) }
const until = async text => { for (let i = 0; i < 40; i++) { if (await js(text)) return true; await sleep(50) } return false }
async function key(code, k, modifiers = 0) {
  const text = modifiers || k.length > 1 ? undefined : k
  const vk = { Enter: 13, Escape: 27, Tab: 9, ' ': 32, ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, F2: 113 }[k]
  await send('Input.dispatchKeyEvent', { type: 'keyDown', code, key: k, text: k === 'Enter' ? '\r' : text, modifiers, windowsVirtualKeyCode: vk }, sessionId)
  await send('Input.dispatchKeyEvent', { type: 'keyUp', code, key: k, modifiers, windowsVirtualKeyCode: vk }, sessionId)
}

try {
  await open('board.fa.html')
  check('icons are drawn', await until('document.querySelector(".nav .i use").getBoundingClientRect().width > 4'))
  await key('KeyK', 'k', 2)
  check('Ctrl-K opens the palette with rows', await until('palette.open && palette.querySelectorAll("[role=option]").length === 2'))
  check('the first row is chosen', await until('palette.querySelector("[aria-selected=true]")?.textContent === "one"'))
  await key('ArrowDown', 'ArrowDown')
  check('an arrow chooses the next', await until('palette.querySelector("[aria-selected=true]")?.textContent === "two"'))
  await key('KeyZ', 'z')
  check('keys are letters in a field', await js('palette.querySelector("input").value.endsWith("z") && document.querySelectorAll(".toast").length === 1'))
  await key('Escape', 'Escape')
  check('Escape closes it', await until('!palette.open'))
  await key('Slash', '؟', 8)
  check('the question mark of the layout opens the help', await until('help.open && help.querySelectorAll("dt").length > 20'))
  await key('Escape', 'Escape')
  await key('KeyC', 'ز')
  check('C works in a Persian layout, in the shared dialog', await until('dialog.open && document.activeElement.name === "name"'))
  await key('Escape', 'Escape')
  await until('!dialog.open')

  check('a menu opens beside its button', await js(`(() => { const b = document.querySelector('.bar [popovertarget=views]'); b.click(); const r = views.getBoundingClientRect(), s = b.getBoundingClientRect(); return views.matches(':popover-open') && Math.abs(r.top - s.bottom) < 12 && r.right <= s.right + 2 })()`))
  await key('Escape', 'Escape')

  await js(`document.querySelector('.col:nth-child(2) .card').focus()`)
  await key('Space', ' ')
  check('Space picks a card up and says so', await until('document.querySelector(".card.grabbed") && document.getElementById("live-words").textContent.length > 10'))
  await key('ArrowLeft', 'ArrowLeft')
  check('right to left, the left arrow goes to the next column', await until('!!document.querySelector(".col:nth-child(3) .card.grabbed")'))
  await key('Space', ' ')
  check('dropping posts the move', await until('document.querySelectorAll("#toasts .toast").length > 1') && posts[0]?.path === '/deals/move' && posts[0].body.column === 's2' && posts[0].token === 'csrf-token')
  check('the new version is kept', await until('document.querySelector(".card.moved[data-version=\\"2\\"]") !== null'))
  await key('Space', ' ')
  await key('ArrowDown', 'ArrowDown')
  await key('Space', ' ')
  check('a refused move goes back and says so', await until('document.querySelector(".toast.bad") && document.querySelector(".col:nth-child(3) .card").dataset.version === "2"'))
  await key('KeyZ', 'z')
  check('Z takes back', await (async () => { for (let i = 0; i < 30 && !posts.some(p => p.path.startsWith('/undo/')); i++) await sleep(50); return posts.some(p => p.path.startsWith('/undo/')) })())

  await sleep(400)                        // taking back loads the page again
  await open('list.en.html')
  await key('KeyJ', 'j')
  await key('KeyX', 'x')
  check('J and X choose a row, the bar appears', await until('document.querySelectorAll("tr.on").length === 1 && !document.querySelector("[data-bulk]").hidden'))
  await js('document.querySelector("[data-all]").click()')
  check('all of the page', await until('document.querySelectorAll("tr.on").length === 12 && document.querySelector("[data-bulk-count]").textContent.startsWith("12")'))
  await js('document.querySelector("[data-bulk-clear]").click()')
  check('and none', await until('!document.querySelector("tr.on") && document.querySelector("[data-bulk]").hidden'))
  check('nothing is wider than the page', await js('document.documentElement.scrollWidth <= innerWidth'))

  await open('record.bn.html')
  await js('document.querySelector("dd[data-edit-url]").focus()')
  await key('F2', 'F2')
  check('F2 brings the form of the field', await until('document.activeElement?.name === "v"'))
  await key('Escape', 'Escape')
  check('Escape leaves it as it was', await until('!document.querySelector("dd form") && document.querySelector("dd[data-edit-url] .val")'))
  await js('document.documentElement.dataset.keys = "off"')
  await key('KeyC', 'c')
  await sleep(150)
  check('single keys can be turned off', !(await js('dialog.open')))

  check('nothing was refused by the content policy, nothing threw: ' + complaints.join(' | '), complaints.length === 0)
} finally {
  await Promise.race([send('Browser.close'), sleep(2000)])
  chrome.kill()
  server.close()
  // Its children may write the profile a while longer; the runner forgets the whole folder afterwards.
  for (let i = 0; i < 20; i++) {
    await sleep(200)
    try { rmSync(dir, { recursive: true, force: true }); break } catch { }
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
