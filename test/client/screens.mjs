// screens.mjs - the main screens of the product, by name, in a workspace that has something to show.
const first = async (served, entity, q = '') => (await served.api('GET', `${entity}?limit=1&q=${encodeURIComponent(q)}`)).items[0]?.id

/** [name, path]; records are found through the API, `more` are the ids of what was put in beside the demo. */
export async function screens(served, more) {
  const id = Object.fromEntries(await Promise.all([
    ['person', 'grade = A1'], ['company', 'lifecycle = customer'], ['deal', 'status = open'], ['lead', 'status = offered'], ['campaign', 'status = running'],
    ['form', ''], ['task', ''], ['sales_order', ''], ['product', ''], ['user', ''], ['stage_definition', ''],
    ['material', 'status = in_review'], ['rule_run', 'state = done'],
  ].map(async ([en, q]) => [en, await first(served, en, q) ?? await first(served, en)])))
  return [
    ['home', '/'], ['inbox', '/notifications'], ['tasks', '/tasks'], ['search', '/search?q=a'], ['search-none', '/search?q=zzzzqqq'],
    ['people', '/people'], ['people-none', '/people?q=zzzzqqq'], ['person', `/people/${id.person}`], ['person-new', '/people/new'],
    ['person-edit', `/people/${id.person}/edit`], ['history', `/people/${id.person}/history`], ['duplicates', '/people/duplicates'],
    ['companies', '/companies'], ['company', `/companies/${id.company}`],
    ['board', '/deals'], ['deals', '/deals?layout=table'], ['deal', `/deals/${id.deal}`], ['deal-move', `/deals/${id.deal}/move`],
    ['orders', '/orders'], ['order', `/orders/${id.sales_order}`], ['products', '/products'], ['product', `/products/${id.product}`],
    ['queue', '/leads/queue'], ['leads', '/leads'], ['lead', `/leads/${id.lead}`], ['funnel', '/funnel'],
    ['definitions', '/definitions'], ['definition', `/definitions/${id.stage_definition}`],
    ['campaigns', '/campaigns'], ['campaign', `/campaigns/${id.campaign}`], ['forms', '/forms'], ['form', `/forms/${id.form}`],
    ['insights', '/insights'], ['insights-pipeline', '/insights/pipeline'], ['insights-attribution', '/insights/attribution'],
    ['insights-funnel', '/insights/funnel'], ['insights-handoff', '/insights/handoff'],
    ['segments', '/segments'], ['segment', `/segments/${more.segment}`], ['segment-moves', `/segments/${more.segment}/moves`],
    ['segment-new', '/segments/new'], ['segment-edit', `/segments/${more.segment}/edit`], ['why-in', `/people/${more.member}/why?segment=${more.segment}`],
    ['why-out', `/people/${id.person}/why?segment=${more.segment}`], ['why-ask', '/people/why?q=grade+%3D+A1'],
    ['scores', '/scores'], ['routing', '/leads/routing'], ['routing-tried', '/leads/routing?try=1&country=BD&source=web'],
    ['routing-spread', '/leads/routing?last=50'],
    ['rules', '/automation'], ['rule', `/automation/${more.rule}`], ['rule-new', '/automation/new'], ['runs', '/automation/runs'],
    ['run', `/automation/runs/${id.rule_run}`], ['approvals', '/automation/approvals'],
    ['jobs', '/automate/jobs'], ['webhooks', '/automate/webhooks'], ['webhook-new', '/automate/webhooks/new'],
    ['webhook', `/automate/webhooks/${more.webhook}`], ['webhook-arrived', `/automate/webhooks/${more.webhook_ok}`],
    ['webhook-edit', `/automate/webhooks/${more.webhook}/edit`], ['inbounds', '/automate/inbound'], ['inbound-new', '/automate/inbound/new'],
    ['inbound', `/automate/inbound/${more.inbound}`], ['inbound-edit', `/automate/inbound/${more.inbound}/edit`],
    ['materials', '/material'], ['material', `/material/${id.material}`], ['material-new', '/material/new'], ['imports', '/imports'], ['teams', '/teams'],
    ['import', '/import?entity=person'], ['create', '/create'],
    ['settings', '/settings'], ['roles', '/settings/roles'], ['health', '/settings/health'], ['users', '/users'], ['user', `/users/${id.user}`],
    ['me', '/me'], ['tokens', '/me/tokens'], ['welcome', '/welcome'], ['not-found', '/nothing-here'],
  ]
}

/** What a workspace shows on its first day. */
export const emptyScreens = [
  ['home', '/'], ['welcome', '/welcome'], ['inbox', '/notifications'], ['tasks', '/tasks'], ['people', '/people'], ['board', '/deals'],
  ['queue', '/leads/queue'], ['campaigns', '/campaigns'], ['forms', '/forms'], ['insights', '/insights'], ['attribution', '/insights/attribution'],
  ['funnel', '/funnel'], ['duplicates', '/people/duplicates'], ['search', '/search'],
  ['segments', '/segments'], ['scores', '/scores'], ['runs', '/automation/runs'], ['approvals', '/automation/approvals'], ['jobs', '/automate/jobs'],
  ['webhooks', '/automate/webhooks'], ['inbounds', '/automate/inbound'], ['material', '/material'], ['imports', '/imports'],
]
