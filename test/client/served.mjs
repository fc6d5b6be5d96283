// served.mjs - the real program with a workspace of its own, for tests written in JavaScript.
// The process must end by finish(): it stops the server and tells the count the runner reads.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const bin = process.env.SETU_BIN ?? 'build/san/setu'
export const password = 'correct horse battery'
let passed = 0, failed = 0, skipped = 0

export function check(what, ok, more = '') {
  if (ok) passed++
  else { failed++; console.log(`FAILED: ${what}${more && ' — ' + more}`) }
  return ok
}

/** A check that cannot be made here, with the reason. */
export function skip(why) { skipped++; passed++; console.log('skipped: ' + why) }

/** Ends the program when what it needs is not installed. */
export function needs(path, why) {
  if (existsSync(path)) return
  console.log('skipped: ' + why)
  process.exit(77)
}

export class Served {
  owner = 'o@p.example'
  password = password

  constructor(language = 'en') {
    this.dir = mkdtempSync(join(tmpdir(), 'setu-served-'))
    this.data = join(this.dir, 'data')
    this.fill(language)
  }

  fill(language) {
    this.run(['init', '--company', 'Padma', '--country', 'BD', '--language', language, '--admin-email', this.owner,
      '--admin-name', 'Nasrin Sultana', '--password-stdin'], password + '\n')
  }

  run([command, ...words], input = '') {
    return execFileSync(bin, [command, ...words, '--data', this.data], { input, encoding: 'utf8', stdio: 'pipe' })
  }

  /** `words` are more options of `setu serve`. */
  async start(words = []) {
    this.child = spawn(bin, ['serve', '--data', this.data, '--listen', '127.0.0.1:0', ...words],
      { stdio: ['ignore', 'pipe', openSync(join(this.dir, 'log'), 'w')] })
    this.ended = new Promise(done => this.child.on('exit', code => done(code)))
    const line = await new Promise((done, fail) => {
      let text = ''
      this.child.stdout.on('data', d => { text += d; if (text.includes('\n')) done(text) })
      this.child.on('exit', () => fail(new Error('the server ended: ' + this.log())))
    })
    this.base = /http:\/\/[^/\s]+/.exec(line)[0]
    this.token = this.run(['token', 'create', '--user', this.owner, '--name', 'test']).trim()
    return this
  }

  log() { return readFileSync(join(this.dir, 'log'), 'utf8') }

  async api(method, path, body) {
    const r = await fetch(`${this.base}/api/v1/${path}`, { method, body: body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${this.token}`, ...(body && { 'Content-Type': 'application/json' }) } })
    const text = await r.text()
    if (!r.ok) throw new Error(`${method} ${path}: ${r.status} ${text}`)
    return text && JSON.parse(text)
  }

  async stop() {
    this.child?.kill('SIGTERM')
    const code = await this.ended
    check('the server ends well', code === 0, code !== 0 ? this.log().slice(-4000) : '')
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** The demo's company, small; its users read in four languages. Filling it is the release build's work, when there is one. */
export class Demo extends Served {
  owner = 'eleanor@padmarag.example'
  password = 'setu-demo-2026'

  fill() {
    execFileSync(existsSync('build/setu') ? 'build/setu' : bin, ['demo', '--fill-only', '--size', 'small', '--data', this.data], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

export async function finish(...all) {
  for (const served of all) await served?.stop()
  console.log(`${passed} passed, ${failed} failed`)
  process.exit(failed ? 1 : 0)
}
