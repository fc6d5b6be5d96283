// journeys.mjs - what people do all day, in Chromium, against the real program: signing in, catching a lead, handing it
// over, moving deals, taking back, importing, finding. Each journey stands alone; one that breaks does not stop the next.
import { complaints, openBrowser, phone, signIn, visit } from '../client/browser.mjs'
import { check, finish, password, Served } from '../client/served.mjs'

const seller = { email: 'mahsa@p.example', name: 'مهسا رادان' }
const wrong = { en: 'do not match', bn: 'মিলছে না', hi: 'मेल नहीं', fa: 'نمی‌خوانند' }
const served = new Served()
for (const [email, name, role, language] of [
  [seller.email, seller.name, 'ae', 'fa'], ['bn@p.example', 'নাদিয়া রহমান', 'sdr', 'bn'], ['hi@p.example', 'रोहन मिश्रा', 'sales_manager', 'hi'],
]) served.run(['user', 'add', '--email', email, '--name', name, '--role', role, '--language', language, '--password-stdin'], password + '\n')
await served.start()
const browser = await openBrowser(), pages = []
const newPage = async options => { const p = await visit(browser, served.base, options); pages.push(p); return p }
const as = async (email, options) => signIn(await newPage(options), email, password)
const count = (page, css) => page.locator(css).count()
const toast = page => page.waitForSelector('#toasts .toast')
const one = async (entity, q) => (await served.api('GET', `${entity}?limit=1&q=${encodeURIComponent(q)}`)).items[0]

async function journey(name, run) {
  if (process.argv[2] && !name.includes(process.argv[2])) return        // node test/browser/journeys.mjs board
  try { await run() } catch (e) { check(`${name} comes to its end`, false, e.message.split('\n').slice(0, 6).join(' | ')) }
  for (const p of pages.splice(0)) await p.context().close()
}

/** A deal of the owner's in the first column of the board; nothing stands against its moving. */
async function deal(name, more = {}) {
  const person = await served.api('POST', 'person', { name: `Buyer of ${name}` })
  return served.api('POST', 'deal', { name, owner: owner.id, person: person.id, amount: { amount: '50000', currency: 'BDT' }, close_date: '2026-12-22', ...more })
}
const owner = await one('user', `email = ${served.owner}`), mahsa = await one('user', `email = ${seller.email}`)
const stageOf = async id => (await served.api('GET', `deal/${id}`)).stage.title

// ── signing in ──
await journey('signing in', async () => {
  const mails = { en: served.owner, bn: 'bn@p.example', hi: 'hi@p.example', fa: seller.email }
  for (const [language, mail] of Object.entries(mails)) {
    const page = await newPage()
    await page.goto(`/sign-in?lang=${language}`)
    check(`the door speaks ${language}`, await page.evaluate(() => document.documentElement.lang + document.dir) === language + (language === 'fa' ? 'rtl' : 'ltr'))
    await page.fill('[name=email]', mail)
    await page.fill('[name=password]', 'not my password')
    await page.click('form[action="/sign-in"] button')
    const said = await page.textContent('.notice.red')
    check(`a wrong password is told in ${language}, the address is kept`, said.includes(wrong[language]) && await page.inputValue('[name=email]') === mail, said)
    await page.fill('[name=password]', password)
    await page.click('form[action="/sign-in"] button')
    await page.waitForURL(u => u.pathname !== '/sign-in')
    for (let step = 0; step < 5 && new URL(page.url()).pathname === '/welcome'; step++) await page.click('button[value=skip]')
    await page.goto('/')                                // an owner's first way leads to the welcome; its five steps can be skipped
    check(`${language} is at home`, await page.evaluate(() => document.documentElement.lang) === language && await count(page, 'nav.nav a[aria-current=page][data-go=h]') === 1)
  }
})

// ── capture ──
await journey('capture', async () => {
  const guest = await newPage(), page = await as(served.owner)
  await guest.goto('/f/contact?utm_source=newsletter&utm_campaign=website')
  await guest.fill('[name=name]', 'Farida Yasmin')
  await guest.fill('[name=email]', 'farida@mill.example')
  await guest.fill('[name=phone]', '01711-234567')
  await guest.fill('[name=company]', 'Meghna Rice Mill')
  await guest.fill('[name=message]', 'We pack 40 bags a minute.')
  await guest.check('[name=consent]')
  for (const end = Date.now() + 20000; !(await count(guest, '.thanks')) && Date.now() < end;) {
    await guest.click('form button.pri')                // faster than two seconds is taken for a robot: told so, and asked again
    await guest.waitForLoadState()
    check('what the visitor wrote is kept', await count(guest, '.thanks') || await guest.inputValue('[name=company]') === 'Meghna Rice Mill')
  }
  check('the visitor is thanked', await count(guest, '.thanks h1') === 1)
  const person = await one('person', 'email = farida@mill.example')
  check('the person is there with their source and number', person?.source && person.phone === '+8801711234567', JSON.stringify(person))
  await page.goto(`/people/${person.id}`)
  const reasons = await page.locator('.rail .box .lines li').allTextContents()
  check('the score has its reasons', reasons.some(r => /Phone known/.test(r)) && reasons.some(r => /Filled in a form/.test(r)), reasons.join(' | '))
  check('the company came along', await page.getByText('Meghna Rice Mill').count() > 0)
  await page.goto('/leads')
  check('a lead waits', await page.getByText('Farida Yasmin').count() > 0)
})

// ── hand-off ──
await journey('hand-off', async () => {
  const manager = await as(served.owner), rep = await as(seller.email)
  for (const [name, act] of [['Accepted Ali', 'accept'], ['Returned Rita', 'return']]) {
    const person = await served.api('POST', 'person', { name, email: `${act}@handoff.example`, phone: '+8801711000001' })
    const lead = await served.api('POST', 'lead', { title: `Wants ${act}`, person: person.id, owner: mahsa.id })
    await manager.goto(`/leads/${lead.id}`)
    await manager.click('form[action$="/act/offer"] button')
    if (act === 'accept') check('an offer without its source is refused, with the way back', await manager.getByText('Source').count() > 0 && await manager.getAttribute('.empty .btn.pri', 'href') === `/leads/${lead.id}`)
    await served.api('PATCH', `lead/${lead.id}`, { source: 'web' })
    await manager.goto(`/leads/${lead.id}`)
    await manager.click('form[action$="/act/offer"] button')
    await toast(manager)
    await served.api('PATCH', `lead/${lead.id}`, { owner: mahsa.id })
    check(`${name} is offered`, (await served.api('GET', `lead/${lead.id}`)).status === 'offered')
    await rep.goto('/leads/queue')
    const card = rep.locator('.queue .card', { hasText: name })
    check(`${name} waits in the seller's queue, with a clock`, await card.count() === 1 && await card.locator('.chip').count() > 0)
    await card.focus()
    if (act === 'accept') await rep.keyboard.press('a')
    else {
      await rep.keyboard.press('r')
      await card.locator('select[name=reason]').selectOption('wrong_person').catch(() => card.locator('select[name=reason]').selectOption({ index: 1 }))
      await card.locator('input[name=note]').fill('شمارهٔ دیگری است')
      await card.locator('.panel button.pri').click()
    }
    await toast(rep)
    const after = await served.api('GET', `lead/${lead.id}`)
    check(`${name}: ${act} by key`, after.status === (act === 'accept' ? 'accepted' : 'returned'), after.status)
    if (act === 'return') check('a return has its reason and its note', !!after.return_reason && after.return_note === 'شمارهٔ دیگری است', JSON.stringify(after))
    await manager.goto(`/leads/${lead.id}`)
    check(`${name}: the hand-off is on the page of the lead`, await count(manager, '.mid .ev') > 0)
  }
})

// ── live ──
await journey('what others change', async () => {
  const page = await as(served.owner)
  let asked = 0
  await page.route('**/events', r => asked++ ? r.continue() : r.fulfill({ status: 204 }))
  await page.goto('/deals')
  const missed = await deal('Deal while nobody listened')
  check('a page whose listening was refused listens again and catches up', await page.waitForSelector(`#card-${missed.id}`, { timeout: 15000 }).then(() => asked > 1))
  const heard = await deal('Deal of a colleague')
  check('a change of others appears', await page.waitForSelector(`#card-${heard.id}`, { timeout: 15000 }).then(() => true))
  let fetched = 0, last
  page.on('request', r => { fetched += r.url().includes('/deals') && r.headers()['hx-request'] === 'true' })
  const from = Date.now()
  for (let n = 0; n < 12; n++) last = await deal(`Deal ${n} of an import`)
  await page.waitForSelector(`#card-${last.id}`, { timeout: 15000 })
  check('many changes are shown together', fetched > 0 && fetched <= 2 + (Date.now() - from) / 2000, `${fetched} in ${Date.now() - from} ms`)
})

// ── the board ──
await journey('the board', async () => {
  const page = await as(served.owner), first = await deal('Dragged deal'), second = await deal('Carried deal'), third = await deal('Menu deal')
  const card = d => page.locator(`#card-${d.id}`), columns = page.locator('.board .col')
  const columnOf = d => page.locator(`.board .col:has(#card-${d.id}) h3`).textContent()
  await page.goto('/deals')
  const names = await columns.locator('h3').allTextContents()

  const from = await card(first).boundingBox(), to = await columns.nth(1).locator('[data-cards]').boundingBox()
  await page.mouse.move(from.x + 60, from.y + 20)
  await page.mouse.down()
  for (const part of [.05, .3, .6, 1]) await page.mouse.move(from.x + 60 + (to.x + 20 - from.x) * part, from.y + 20 + (to.y + 10 - from.y) * part, { steps: 4 })
  for (let n = 0; n < 50 && await columnOf(first) !== names[1]; n++) await page.mouse.move(to.x + 20 + n % 9, to.y + 10)    // the browser tells of a drag when it has time
  await page.mouse.up()
  await toast(page)
  await page.hover('#toasts .toast')                    // it stays while it is pointed at
  check('the mouse drags a card to the next column', await stageOf(first.id) === names[1] && await columnOf(first) === names[1], await page.textContent('#toasts'))
  check('the toast offers the way back', await count(page, '#toasts [data-undo]') === 1)
  await Promise.all([page.waitForEvent('load'), page.click('#toasts [data-undo]')])
  check('the toast takes back', await stageOf(first.id) === names[0] && (await columnOf(first)) === names[0])

  await card(second).focus()
  await page.keyboard.press('Space')
  check('Space picks up and says so', await card(second).evaluate(c => c.classList.contains('grabbed')) && (await page.textContent('#live-words')).length > 5)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await Promise.all([page.waitForResponse(r => r.url().endsWith('/deals/move')), page.keyboard.press('Space')])
  await toast(page)
  check('arrows carry it two columns on', await stageOf(second.id) === names[2])
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('z')])
  check('Z takes back', await stageOf(second.id) === names[0])
  await card(second).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Escape')
  check('Escape leaves it where it was', (await columnOf(second)) === names[0] && await stageOf(second.id) === names[0])

  await card(third).focus()
  await page.keyboard.press('s')
  await page.waitForSelector('#dialog[open] .moves')
  await page.keyboard.press('3')
  await page.waitForLoadState()
  await toast(page)
  check('S and a number move', await stageOf(third.id) === names[2])
  await card(third).locator('a[href$="/move"]').click()
  await page.waitForSelector('#dialog[open] .moves')
  await page.locator('#dialog .moves button', { hasText: names[1] }).click()
  await toast(page)
  check("the card's menu moves", await stageOf(third.id) === names[1])
})

// ── import ──
await journey('import', async () => {
  const page = await as(served.owner)
  await page.goto('/import?entity=person')
  await page.setInputFiles('input[type=file]', { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('Full name;E-mail;Mobile;Company\nImported Imran;imran@import.example;০১৭১১-৩৩৪৪৫৫;"Imported\nMills"\nImported Ila;ila@import.example;\nBroken;not an address;\n') })
  await page.click('main form footer .btn.pri')
  await page.waitForSelector('select[name=c0]')
  check('the columns are guessed', await page.inputValue('select[name=c0]') === 'name' && await page.inputValue('select[name=c1]') === 'email')
  await page.selectOption('select[name=c2]', 'phone')
  await page.selectOption('select[name=missing]', 'create')
  await page.click('main form footer .btn.pri')
  await page.waitForSelector('form input[name=map]', { state: 'attached' })
  check('the preview tells the two and the broken one', /2/.test(await page.textContent('main h2')) && /not an address/.test(await page.textContent('main')), await page.textContent('main'))
  check('nothing is there yet', !(await one('person', 'email = imran@import.example')))
  await page.click('main form:has(input[name=map]) button')
  await page.waitForSelector('form[action*="undo"]')
  check('the run wrote them', (await one('person', 'email = imran@import.example'))?.phone === '+8801711334455')
  check('a company that was not there is made', (await one('person', 'email = imran@import.example'))?.company?.title === 'Imported Mills')
  await page.click('form[action*="undo"] button')
  await page.waitForLoadState()
  check('undo takes the whole run back', !(await one('person', 'email = ila@import.example')))
})

// ── the palette and the keys ──
await journey('the palette', async () => {
  const page = await as(served.owner)
  await served.api('POST', 'company', { name: 'Palette Paper Works' })
  for (const name of ['Row One', 'Row Two']) await served.api('POST', 'person', { name })
  await page.goto('/people')
  const press = (code, key, more = {}) => page.evaluate(o => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...o })), { code, key, ...more })
  await press('KeyK', 'ن', { ctrlKey: true })
  await page.waitForSelector('#palette[open]')
  check('Ctrl and the key of K open the palette in a Persian layout', true)
  await page.fill('#palette input', 'palette pap')
  await page.waitForSelector('#palette [aria-selected=true] >> text=Palette Paper Works')      // Enter before that searches for the words
  await page.keyboard.press('Enter')
  await page.waitForURL('**/companies/*')
  check('it finds a company and goes there', (await page.textContent('h1')).includes('Palette Paper Works'))
  await press('KeyG', 'গ')
  await press('KeyP', 'প')
  await page.waitForURL('**/deals')
  check('G P goes to the pipeline in a Bengali layout', true)
  await page.keyboard.press('/')
  await page.waitForSelector('#palette[open]')
  check('a slash opens it too', await page.evaluate(() => document.activeElement.name) === 'q')
  await page.keyboard.press('Escape')
  await page.waitForSelector('#palette', { state: 'hidden' })
  await page.keyboard.press('?')
  await page.waitForSelector('#help[open]')
  check('? lists the keys', await count(page, '#help dt') > 20)
  await page.keyboard.press('Escape')
  await page.goto('/people')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  check('J moves, X selects', await count(page, 'tr.at') === 1 && await count(page, 'tr.on') === 1 && await page.isVisible('[data-bulk]'))
  const to = await page.getAttribute('tr.at', 'data-href')
  await page.keyboard.press('Enter')
  await page.waitForURL('**' + to)
  check('Enter opens the row', true)
  await page.keyboard.press('a')
  await page.waitForSelector('dd[data-key=a] form select')
  check('A asks who has it, in its place', true)
  await page.keyboard.press('Escape')
  const help = await page.$$eval('#help dd kbd:first-child', all => all.map(d => d.textContent.trim()))
  check('the help names no key that does nothing', !help.includes('M') && !help.includes('Q'), help.join(' '))
  await served.api('POST', 'task', { title: 'Ring the palette', due_at: '2020-01-02T10:00:00Z', owner: owner.id })
  await page.goto('/tasks')
  await page.keyboard.press('j')
  const task = await page.evaluate(() => document.activeElement.querySelector('b')?.textContent)
  await page.keyboard.press('e')
  await page.waitForFunction(was => ![...document.querySelectorAll('.todo .new b')].some(b => b.textContent === was), task)
  check('J goes to a task, E marks it as done', !!task)
})

// ── a personal link ──
await journey('a personal link', async () => {
  const person = await served.api('POST', 'person', { name: 'Linked Latifa' })
  for (const javaScriptEnabled of [true, false]) {
    const page = await as(served.owner, { javaScriptEnabled })
    await page.goto(`/people/${person.id}`)
    await page.fill('#links [name=url]', `https://shop.example/for-latifa?js=${javaScriptEnabled}`)
    await page.click('#links form[action="/links"] button')
    await page.waitForSelector(`#links li >> text=js=${javaScriptEnabled}`)
    const address = await page.inputValue('#links li:first-child input')
    const stranger = await browser.newContext({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0' })
    const answer = await stranger.request.get(address, { maxRedirects: 0 })
    check('a stranger is led there', answer.status() === 302 && answer.headers().location === `https://shop.example/for-latifa?js=${javaScriptEnabled}`, answer.headers().location)
    if (javaScriptEnabled) {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.click('#links li:first-child [data-copy]')
      await page.waitForSelector('#toasts >> text=Copied')
      check('the link is in the clipboard', await page.evaluate(() => navigator.clipboard.readText()) === address)
    } else check('no button that does nothing', !(await page.isVisible('#links [data-copy]')))
    await page.click('#links li:first-child form button')
    await page.waitForSelector('text=leads nowhere now')
    check('withdrawn it is not there', (await stranger.request.get(address, { maxRedirects: 0 })).status() === 404)
    await stranger.close()
  }
})

// ── Persian ──
await journey('Persian', async () => {
  await deal('معاملهٔ بهار', { owner: mahsa.id, amount: { amount: '1234567', currency: 'BDT' } })
  const page = await as(seller.email)
  await page.goto('/deals')
  const box = await page.locator('.nav').boundingBox(), main = await page.locator('.main').boundingBox()
  check('the page runs from the right, the navigation stands there', await page.evaluate(() => document.dir) === 'rtl' && box.x > main.x)
  const cols = await page.locator('.board .col').evaluateAll(c => c.map(x => x.getBoundingClientRect().x))
  check('the first stage is the rightmost', cols.every((x, i) => i === 0 || x < cols[i - 1]), cols.join(' '))
  const card = await page.locator('.card', { hasText: 'معاملهٔ بهار' }).textContent()
  check('digits are Persian', /[۰-۹]/.test(card) && !/[0-9]/.test(card), card)
  check('dates are Jalali', card.includes('۱ دی'), card)
  await Promise.all([page.waitForURL(/\/deals\/[0-9a-z]+$/), page.locator('.card', { hasText: 'معاملهٔ بهار' }).locator('a.t').click()])
  check('on the page of the deal too', /۱ دی ۱۴۰۵/.test(await page.textContent('.side')))
  check('the stage is told in Persian', !/Qualified/.test(await page.textContent('main')))
})

// ── a phone ──
await journey('a phone', async () => {
  const page = await as(served.owner, { viewport: phone, isMobile: true, hasTouch: true })
  const bar = await page.locator('.tabbar').boundingBox()
  check('the bar stands at the bottom', Math.abs(bar.y + bar.height - phone.height) < 2 && await count(page, '.tabbar > *') === 5)
  check('the navigation is away', !(await page.isVisible('.nav')))
  await page.tap('.tabbar button')
  check('the menu brings it', await page.isVisible('.nav'))
  await page.keyboard.press('Escape')
  await page.tap('.tabbar .new')
  await page.waitForSelector('#dialog[open] .makes')
  await page.locator('#dialog .makes a').first().tap()
  await page.waitForSelector('#dialog form [name=name]')
  await page.fill('#dialog form [name=name]', 'Phone Parvin')
  await page.locator('#dialog form footer .pri').tap()
  await page.waitForURL('**/people/*')
  check('a person is made on a phone', (await page.textContent('h1')).includes('Phone Parvin'))
})

// ── conditions from the keyboard ──
await journey('conditions', async () => {
  const page = await as(served.owner)
  await page.goto('/segments/new')
  await page.fill('[name=name]', 'Typed segment')
  await page.selectOption('#lb-f', 'name')
  await page.fill('#lb-v', 'parveen')
  await Promise.all([page.waitForEvent('load'), page.press('#lb-v', 'Enter')])
  check('Enter in a condition adds it', /name = .?parveen/.test(await page.inputValue('[name=criteria]')) && await page.inputValue('[name=name]') === 'Typed segment')
  await page.selectOption('#lb-f', 'owner')
  await page.waitForSelector('select#lb-v')
  check('a chosen field brings its values', await count(page, '#lb-v option[value=me]') === 1 && await count(page, '#lb-op option[value="~"]') === 0)
  await page.selectOption('#lb-f', 'birthday')
  await page.waitForSelector('#lb-v[placeholder*="20"]')
  await page.fill('#lb-v', '24 Nov 1990')
  await page.selectOption('#lb-f', 'country')
  await page.waitForSelector('select#lb-v')
  await page.selectOption('#lb-v', 'IR')
  await page.focus('#lb-v')
  await page.keyboard.press('Tab')
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
  check('a country is chosen by name', /country = .?IR/.test(await page.inputValue('[name=criteria]')), await page.inputValue('[name=criteria]'))
  await page.fill('[name=criteria]', 'name = "parveen"')
  await Promise.all([page.waitForURL(u => !u.pathname.endsWith('/new')), page.press('[name=criteria]', 'Control+Enter')])
  check('Control and Enter make the segment', (await page.textContent('h1')).includes('Typed segment'))
})

// ── what is wrong, in our words and not in the browser's ──
await journey('mistakes', async () => {
  const page = await as(served.owner)
  await page.goto('/people/new')
  await page.fill('[name=email]', 'nonsense')
  await page.fill('[name=phone]', 'none')
  await page.click('main form footer .pri')
  await page.waitForSelector('.faults')
  check('all that is wrong is told at once', await count(page, '.faults li') === 3 && await count(page, '.field.bad .error') === 3)
  check('and what was typed is there', await page.inputValue('[name=email]') === 'nonsense' && await page.inputValue('[name=phone]') === 'none')
})

// ── without JavaScript ──
await journey('no JavaScript', async () => {
  const page = await newPage({ javaScriptEnabled: false })
  await signIn(page, served.owner, password)
  check('one can sign in', new URL(page.url()).pathname === '/')
  await page.goto('/people/new')
  await page.fill('[name=name]', 'Plain Parveen')
  await page.fill('[name=phone]', 'none')
  await page.click('main form footer .pri')
  check('a mistake comes back with what was typed', await page.inputValue('[name=name]') === 'Plain Parveen' && await count(page, '.field.bad .error') === 1)
  await page.fill('[name=phone]', '')
  await page.fill('[name=email]', 'plain@p.example')
  await page.click('main form footer .pri')
  check('a person is made by a plain post', !!(await one('person', 'email = plain@p.example')))
  const d = await deal('Plain deal')
  await page.goto('/deals')
  const names = await page.locator('.board .col h3').allTextContents()
  await page.click(`#card-${d.id} a[href$="/move"]`)
  await page.locator('.moves button', { hasText: names[1] }).click()
  check('a deal moves by a plain post', await stageOf(d.id) === names[1])
  await page.locator('#toasts form button').click()
  check('and back by another', await stageOf(d.id) === names[0])
  const person = await one('person', 'email = plain@p.example')
  const lead = await served.api('POST', 'lead', { title: 'Plain lead', person: person.id, owner: owner.id, source: 'web' })
  await page.goto(`/leads/${lead.id}`)
  await page.click('form[action$="/act/offer"] button')
  await served.api('PATCH', `lead/${lead.id}`, { owner: owner.id })
  await page.goto('/leads/queue')
  await page.locator('.queue .card', { hasText: 'Plain Parveen' }).locator('form[action$="/act/accept"] button').click()
  check('a lead is accepted by a plain post', (await served.api('GET', `lead/${lead.id}`)).status === 'accepted')
  await page.goto('/segments/new')
  await page.fill('[name=name]', 'Plain segment')
  await page.selectOption('#lb-f', 'name')
  await page.selectOption('#lb-op', '~')
  await page.fill('#lb-v', 'parveen')
  await page.click('.cond button[value=field]')
  check('a condition is added by a plain post', /name ~ .?parveen/.test(await page.inputValue('[name=criteria]')), await page.inputValue('[name=criteria]'))
  await page.press('[name=name]', 'Enter')
  check('Enter makes the segment', (await page.textContent('h1')).includes('Plain segment') && !page.url().endsWith('/new'))
  await page.goto('/automation/new')
  await page.fill('[name=name]', 'Plain rule')
  await page.fill('[name=s0_text]', 'Look')
  await page.selectOption('#rule-step', 'task')
  await page.click('button[value=add]')
  await page.fill('[name=s1_text]', 'Call them')
  await page.click('button[value=up_1]')
  check('a step is added and moved by plain posts', await page.inputValue('[name=s0_text]') === 'Call them' && await page.inputValue('[name=s1_text]') === 'Look')
  await page.press('[name=name]', 'Enter')
  check('an empty part of the sentence stands out', await count(page, '[aria-invalid=true]') === 1 && await count(page, '[name=w_field][aria-invalid=true]') === 1)
  await page.selectOption('[name=w_field]', 'amount')
  await page.press('[name=name]', 'Enter')
  check('Enter saves the rule', /automation\/[0-9a-z]{8,}/.test(page.url()) && await page.inputValue('[name=name]') === 'Plain rule')
  await page.goto('/no-such-page')
  check('what is not there says so', await count(page, '.empty .btn') >= 1)
})

check('no page spoke to another host, broke the content policy or wrote an error', complaints.length === 0, complaints.join(' | '))
await browser.close()
await finish(served)
