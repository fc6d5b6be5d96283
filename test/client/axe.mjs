// axe.mjs - every main screen in one language under axe-core: WCAG 2.0 to 2.2, A and AA; wide and light, then at phone
// width and dark. A screen is loaded once. Rows that repeat are looked at six times, not fifty: axe asks each element for
// what covers it, and a list has thousands. Icons must be in the sprite, no page is wider than the phone.
import { readFileSync } from 'node:fs'
import { complaints, openBrowser, phone, signIn, visit, wide } from './browser.mjs'
import { emptyScreens, screens } from './screens.mjs'
import { check, Demo, finish, Served } from './served.mjs'

const axe = readFileSync('test/node_modules/axe-core/axe.min.js', 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const readers = { en: 'eleanor', bn: 'nadia', hi: 'rohan', fa: 'setareh' }

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
  const wrong = await icons(page)
  await page.setViewportSize(phone)
  if (await over() > 0) wrong.push(`phone: ${await over()} px wider than the window`)
  await page.setViewportSize(wide)
  await page.evaluate(() => {
    for (const list of document.querySelectorAll('tbody,ul,ol,.cards,select')) [...list.children].slice(6).forEach(x => x.remove())
  })
  for (const v of await violations(page)) wrong.push('wide, light: ' + v)
  await page.setViewportSize(phone)
  await page.emulateMedia({ colorScheme: 'dark' })
  for (const v of await violations(page)) wrong.push('phone, dark: ' + v)
  await page.setViewportSize(wide)
  await page.emulateMedia({ colorScheme: 'light' })
  check(name, wrong.length === 0, '\n    ' + wrong.join('\n    '))
}

async function reader(browser, served, language) {
  const page = await visit(browser, served.base)
  await page.context().addInitScript(axe)
  await page.context().addCookies([{ name: 'lang', value: language, url: served.base }])
  return page
}

/** The way to see red: what is planted must be found. */
async function planted(page) {
  await page.goto('/sign-in')
  await page.evaluate(() => { document.querySelector('h1').style.color = '#eee'; document.querySelector('main').append(document.createElement('input')) })
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

/** Upload, columns, preview; nothing is run. */
async function importSteps(page) {
  await page.goto('/import?entity=person')
  await page.setInputFiles('input[type=file]', { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nKamal Uddin,kamal@import.example\nNobody,not an address\n') })
  await page.click('main form footer .btn.pri')
  await page.waitForSelector('select[name=c0]')
  await look(page, 'import, columns')
  await page.goBack()
  await page.setInputFiles('input[type=file]', { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Email\nKamal Uddin,kamal@import.example\nNobody,not an address\n') })
  await page.click('main form footer .btn.pri')
  await page.click('main form footer .btn.pri')
  await page.waitForSelector('main form input[name=map]', { state: 'attached' })
  await look(page, 'import, preview')
}

/** All screens, in `language`. Ends the program. */
export async function walk(language) {
  const empty = new Served(language)
  empty.run(['user', 'add', '--email', 'x@p.example', '--name', 'Nasrin', '--role', 'owner', '--language', language, '--password-stdin'], empty.password + '\n')
  const demo = await new Demo().start(), browser = await openBrowser()
  await empty.start()
  try {
    const me = (await demo.api('GET', `user?q=${encodeURIComponent(`email = ${readers[language]}@padmarag.example`)}`)).items[0]
    await demo.api('PATCH', `user/${me.id}`, { roles: ['owner'] })
    const page = await reader(browser, demo, language)
    await planted(page)
    for (const [name, path] of [['sign-in', '/sign-in'], ['public form', `/f/quote-${language}`]]) {
      await page.goto(path)
      await look(page, name)
    }
    await signIn(page, me.email, demo.password)
    for (const [name, path] of await screens(demo)) {
      await page.goto(path)
      check(`${name} speaks ${language}`, await page.evaluate(() => document.documentElement.lang) === language)
      await look(page, name)
    }
    await overlays(page)
    await importSteps(page)
    await page.context().close()
    const fresh = await signIn(await reader(browser, empty, language), 'x@p.example', empty.password)
    for (const [name, path] of emptyScreens) {
      await fresh.goto(path)
      await look(fresh, `${name}, empty`)
    }
    check('no page spoke to another host, broke the content policy or wrote an error', complaints.length === 0, complaints.join(' | '))
  } catch (e) {
    check('the walk comes to its end', false, e.stack)
  } finally {
    await browser.close()
  }
  await finish(demo, empty)
}
