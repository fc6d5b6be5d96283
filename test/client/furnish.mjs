// furnish.mjs - what the demo lacks for each screen to have something to show: a webhook that failed and one that arrived,
// messages that came in, a question that waits, a segment with members and moves, a form just sent, an import just run.
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'

/** A receiver of webhooks: what goes to /ok arrives, everything else is answered 500. */
export async function sink() {
  const server = createServer((rq, rs) => { rq.resume().on('end', () => { rs.writeHead(rq.url === '/ok' ? 200 : 500).end('no room') }) })
  await new Promise(done => server.listen(0, '127.0.0.1', done))
  server.unref()
  return `127.0.0.1:${server.address().port}`
}

/** Asks again until it is so; what follows a write follows on threads of its own. */
export async function until(ask, what, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise(done => setTimeout(done, 100))) {
    const got = await ask()
    if (got) return got
  }
  throw new Error('it never came: ' + what)
}

async function comeIn(served, door, secret, id, body) {
  const at = Math.floor(Date.now() / 1000), key = Buffer.from(secret.slice(6), 'base64url')
  const sign = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')
  const r = await fetch(`${served.base}/in/${door}`, { method: 'POST', body, headers: { 'Content-Type': 'application/json',
    'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': 'v1,' + sign } })
  if (r.status !== 200) throw new Error(`/in/${door}: ${r.status}`)
}

/** `at` is a sink's address, which the server was allowed to send to; `readers` are the ids of those who look. */
export async function furnish(served, at, readers) {
  const make = (entity, what) => served.api('POST', entity, what)
  const [ok, bad] = await Promise.all(['ok', 'bad'].map(way => make('webhook', { name: `To ${way}`, url: `http://${at}/${way}`, topics: 'company.created' })))
  const door = await make('inbound', { name: 'The shop', slug: 'shop', makes: 'event', event_kind: 'order.paid', map: 'email = mail' })
  const { secret } = await served.api('POST', `inbound/${door.id}/secret`, {})
  await make('person', { name: 'Rahim Uddin', email: 'rahim@buyer.example', city: 'Sylhet' })
  await comeIn(served, 'shop', secret, 'm1', '{"mail":"rahim@buyer.example"}')
  await comeIn(served, 'shop', secret, 'm2', '{"mail":"nobody@buyer.example"}')
  const live = await make('segment', { name: 'Buyers of the shop', entity: 'person', kind: 'live', criteria: 'happened("order.paid") and (city = Sylhet or lifecycle = customer)' })
  const rule = await make('rule', { name: 'New firms are looked at', is_on: true, says: 'when created\nabout company\ndo ask\nwho owner\ntext Is this one of ours?\ncount 2\nunit days' })
  for (const owner of readers) await make('company', { name: 'Surma Tea', owner })
  const approvals = await until(async () => { const a = (await served.api('GET', 'approval?limit=50')).items; return a.length >= readers.length && a }, 'a question')
  const member = await until(async () => (await served.api('GET', `person?q=${encodeURIComponent(`in segment "${live.name}"`)}`)).items[0], 'a member')
  return { rule: rule.id, webhook: bad.id, webhook_ok: ok.id, inbound: door.id, segment: live.id, member: member.id, approval: approvals[0].id }
}
