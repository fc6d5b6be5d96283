// browser.mjs - Chromium for the tests: people with a page of their own, and a list of all they complained of.
//
// A visitor keeps what no page may do: speak to another host, break the content policy, write an error to the console,
// throw, answer 5xx. The test asks once, at the end. What a page is expected to be refused (a form with a
// mistake, a stale version) is a line of the browser's, not of ours, and does not count.
import { needs } from './served.mjs'

const program = process.env.CHROMIUM ?? '/usr/bin/chromium'
needs('test/node_modules/playwright-core/package.json', 'the npm packages of the tests are not installed')
needs(program, 'chromium is not installed')
const { chromium } = await import('playwright-core')

export const wide = { width: 1440, height: 900 }, phone = { width: 390, height: 844 }
export const complaints = []

/** A mistake of a person's that the server answers, as the browser notes it. */
const expected = text => /^Failed to load resource: .* status of 4\d\d/.test(text)

export async function openBrowser() {
  return chromium.launch({ executablePath: program, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--lang=en-GB'] })
}

/** A page of somebody's own: nothing is shared with another visitor. */
export async function visit(browser, base, options = {}) {
  const context = await browser.newContext({ baseURL: base, viewport: wide, locale: 'en-GB', reducedMotion: 'reduce', ...options })
  const complain = text => { if (!complaints.includes(text)) complaints.push(text) }
  context.setDefaultTimeout(45000)
  const page = await context.newPage(), host = new URL(base).host
  page.on('console', m => { if (m.type() === 'error' && !expected(m.text())) complain(`${new URL(page.url()).pathname}: ${m.text()}`) })
  page.on('pageerror', e => complain(`${page.url()} threw: ${e.message}`))
  page.on('request', r => { const u = new URL(r.url()); if (u.protocol.startsWith('http') && u.host !== host) complain(`${page.url()} asked ${u.host}`) })
  page.on('response', r => { if (r.status() >= 500) complain(`${r.status()} from ${r.url()}`) })
  return page
}

export async function signIn(page, email, password) {
  await page.goto('/sign-in')
  await page.fill('[name=email]', email)
  await page.fill('[name=password]', password)
  await Promise.all([page.waitForURL(u => u.pathname !== '/sign-in'), page.click('form[action="/sign-in"] button')])
  return page
}
