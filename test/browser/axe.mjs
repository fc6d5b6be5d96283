// axe.mjs - every main screen in four languages under axe-core: WCAG 2.0 to 2.2, A and AA. A screen is loaded once. Rows that
// repeat are looked at six times, not fifty: axe asks each element for what covers it, and a list has thousands. Icons must
// be in the sprite, no page is wider than the phone, none goes on below the shell. English and Persian are looked at wide and light, then at phone width and
// dark; Bengali wide and dark, Hindi at phone width and light. One demo and one empty workspace serve all, two readers at a time.
import { readFileSync } from 'node:fs'
import { complaints, openBrowser, phone, signIn, visit, wide } from '../client/browser.mjs'
import { furnish, sink } from '../client/furnish.mjs'
import { emptyScreens, screens } from '../client/screens.mjs'
import { check, Demo, finish, Served } from '../client/served.mjs'

const axe = readFileSync('test/node_modules/axe-core/axe.min.js', 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
// node test/browser/axe.mjs bn: that language. `make test` walks Persian, in which most can go wrong; `make soak` all four.
const asked = process.argv.length > 2 ? process.argv.slice(2) : process.env.SOAK ? [] : ['fa']
const looks = { en: ['wide light', 'phone dark'], fa: ['wide light', 'phone dark'], bn: ['wide dark'], hi: ['phone light'] }
const readers = { en: 'eleanor', bn: 'nadia', hi: 'rohan', fa: 'setareh' }
const languages = Object.keys(looks).filter(l => !asked.length || asked.includes(l))

/** What axe says against the page as it stands, one line a rule. */
async function violations(page) {
  const found = await page.evaluate(async values => {
    const r = await window.axe.run(document, { runOnly: { type: 'tag', values }, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'], preload: false })
    return r.violations.map(v => ({ id: v.id, nodes: v.nodes.map(n => n.target.join(' ') + ' ' + n.html.slice(0, 120)) }))
  }, tags)
  return found.map(v => `${v.id}: ${v.nodes.slice(0, 3).join(' | ')}${v.nodes.length > 3 ? ` and ${v.nodes.length - 3} more` : ''}`)
}

async function icons(page) {
  return page.evaluate(async () => {
    const used = [...document.querySelectorAll('svg.i use')].map(u => u.getAttribute('href'))
    if (!used.length) return []
    window.sprite ??= new DOMParser().parseFromString(await (await fetch(used[0].split('#')[0])).text(), 'image/svg+xml')
    return [...new Set(used)].filter(u => !window.sprite.getElementById(u.split('#')[1])).map(u => 'no icon ' + u.split('#')[1])
  })
}

async function look(page, name) {
  const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  /* Inside the shell the page's middle scrolls; the document does not. */
  const below = () => page.evaluate(() => document.querySelector('.app') ? document.documentElement.scrollHeight - innerHeight : 0)
  const wrong = await icons(page)
  await page.setViewportSize(phone)
  if (await over() > 0) wrong.push(`phone: ${await over()} px wider than the window`)
  if (await below() > 1) wrong.push(`phone: ${await below()} px of nothing below the page`)
  await page.evaluate(() => {
    for (const list of document.querySelectorAll('tbody,ul,ol,.cards,select')) [...list.children].slice(6).forEach(x => x.remove())
  })
  for (const how of looks[page.language].toReversed()) {
    const [width, colorScheme] = how.split(' ')
    await page.setViewportSize(width === 'wide' ? wide : phone)
    await page.emulateMedia({ colorScheme })
    for (const v of await violations(page)) wrong.push(`${how}: ${v}`)
  }
  await page.setViewportSize(wide)
  check(`${name} in ${page.language}`, wrong.length === 0, '\n    ' + wrong.join('\n    '))
}

async function reader(browser, served, language) {
  const page = await visit(browser, served.base)
  page.language = language
  await page.context().addInitScript(axe)
  await page.context().addCookies([{ name: 'lang', value: language, url: served.base }])
  return page
}

/** The way to see red: what is planted must be found. */
async function planted(page) {
  await page.goto('/sign-in')
  await page.evaluate(() => { document.querySelector('h1').style.color = '#777'; document.querySelector('main').append(document.createElement('input')) })
  await page.evaluate(() => { document.querySelector('h1').style.background = '#888' })
  const found = await violations(page)
  check('axe finds what was planted', ['label', 'color-contrast'].every(rule => found.some(v => v.startsWith(rule + ':'))), found.join(' | '))
}

/** What only opens on a page: the palette, the form in the dialog, the list of keys. */
async function overlays(page) {
  await page.goto('/people')
  await page.keyboard.press('Control+k')
  await page.waitForSelector('#palette[open] [role=option]')
  await look(page, 'the palette')
  await page.goto('/')                                  // looking took rows away
  await page.keyboard.press('c')
  await page.waitForSelector('#dialog[open] :is(form, .makes)')
  await look(page, 'the create dialog')
  await page.goto('/people')
  await page.keyboard.press('Shift+?')
  await page.waitForSelector('#help[open]')
  await look(page, 'the keys')
}

/** Upload, columns, preview, the run and what it wrote. */
async function importSteps(page) {
  const csv = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(`Name,Email\nKamal Uddin,kamal-${page.language}@import.example\nNobody,not an address\n`) }
  await page.goto('/import?entity=person')
  await page.setInputFiles('input[type=file]', csv)
  await page.click('main form footer .btn.pri')
  await page.waitForSelector('select[name=c0]')
  await look(page, 'import, columns')
  await page.goBack()
  await page.setInputFiles('input[type=file]', csv)
  await page.click('main form footer .btn.pri')
  await page.click('main form footer .btn.pri')
  await page.waitForSelector('main form input[name=map]', { state: 'attached' })
  await look(page, 'import, preview')
  await page.click('main form:has(input[name=map]) button')
  await page.waitForSelector('form[action*="undo"]')
  await look(page, 'import, done')
}

/** The public form, a mistake in it, and its thanks. */
async function publicForm(page) {
  await page.goto(`/f/quote-${page.language}`)
  await look(page, 'public form')
  await page.goto(`/f/quote-${page.language}/thanks`)
  await look(page, 'thanks')
}

/** A delivery that failed, and what the editor of rules and a segment's preview answer. */
async function answers(page, ids) {
  await page.goto(`/automate/webhooks/${ids.webhook}`)
  await page.click('main a[href^="/automate/deliveries/"]')
  await page.waitForURL('**/deliveries/*')
  await look(page, 'delivery')
  await page.goto(`/automation/${ids.rule}`)
  await page.click('button[name=act][value=dry]')
  await page.waitForSelector('#dry')
  await look(page, 'rule, tried')
}

async function walk(browser, demo, empty, ids, language) {
  const me = (await demo.api('GET', `user?q=${encodeURIComponent(`email = ${readers[language]}@padmarag.example`)}`)).items[0]
  const page = await reader(browser, demo, language)
  await planted(page)
  await page.goto('/sign-in')
  await look(page, 'sign-in')
  await publicForm(page)
  await signIn(page, me.email, demo.password)
  for (const [name, path] of await screens(demo, ids)) {
    const answer = await page.goto(path)
    check(`${name} speaks ${language}`, await page.evaluate(() => document.documentElement.lang) === language && (answer.status() === 200 || name === 'not-found'), `${path}: ${answer.status()}`)
    await look(page, name)
  }
  await answers(page, ids)
  await overlays(page)
  await importSteps(page)
  await page.context().close()
  const fresh = await signIn(await reader(browser, empty, language), `${language}@p.example`, empty.password)
  for (const [name, path] of emptyScreens) {
    await fresh.goto(path)
    await look(fresh, `${name}, empty`)
  }
  await fresh.context().close()
}

const demo = new Demo(), empty = new Served(), at = await sink(), browser = await openBrowser()
for (const l of languages)
  empty.run(['user', 'add', '--email', `${l}@p.example`, '--name', 'Nasrin', '--role', 'owner', '--language', l, '--password-stdin'], empty.password + '\n')
try {
  await Promise.all([demo.start(['--allow-local-webhooks', at]), empty.start()])
  const people = await Promise.all(languages.map(async l => (await demo.api('GET', `user?q=${encodeURIComponent(`email = ${readers[l]}@padmarag.example`)}`)).items[0].id))
  for (const id of people) await demo.api('PATCH', `user/${id}`, { roles: ['owner'] })
  const ids = await furnish(demo, at, people), waiting = [...languages]
  const work = async () => { for (let l; (l = waiting.shift());) await walk(browser, demo, empty, ids, l) }
  await Promise.all([work(), work()])
  check('no page spoke to another host, broke the content policy or wrote an error', complaints.length === 0, complaints.join(' | '))
} catch (e) {
  check('the walk comes to its end', false, e.stack)
}
await browser.close()
await finish(demo, empty)
