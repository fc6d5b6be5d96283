/* scripts.c - what the company's own website loads from us: a form in a frame, and the counting
 * of visits.
 *
 * Both are plain scripts of a few lines that load nothing from anybody else. Nothing is counted
 * before the visitor allowed it; a browser that asks not to be followed is not even asked.
 */
#include "base/clock.h"
#include "base/json.h"
#include "flow/robot.h"
#include "msg/reach.h"
#include "http/form.h"
#include "public/inside.h"
#include "web/limit.h"

void answer_script(struct request *rq, str js)
{
    answer_text(rq, 200, "text/javascript; charset=utf-8", js);
    answer_header(rq, "Cross-Origin-Resource-Policy", S("cross-origin"));
    answer_header(rq, "Cache-Control", S("public, max-age=3600"));
}

/* ── a form in a frame ───────────────────────────────────────────────────── */

static const char embed_js[] =
    "(function(){'use strict';\n"
    "var s=document.currentScript,u=new URL(s.src),q=new URLSearchParams(location.search),p=new URLSearchParams({embed:'1'});\n"
    "['utm_source','utm_medium','utm_campaign','utm_term','utm_content'].forEach(function(k){\n"
    " var v=q.get(k);if(v)p.set(k,v.slice(0,200))});\n"
    "if(document.referrer)p.set('referrer',document.referrer.slice(0,1000));\n"
    "p.set('landing',(location.origin+location.pathname).slice(0,1000));\n"
    "if(s.dataset.theme)p.set('theme',s.dataset.theme);\n"
    "var m=document.cookie.match(/(?:^|; )setu_v=([0-9a-f]{32})(?:;|$)/);if(m)p.set('visitor',m[1]);\n"
    "var f=document.createElement('iframe');\n"
    "f.src=u.origin+u.pathname.replace(/\\/embed\\.js$/,'')+'?'+p;f.title=s.dataset.title||'Form';\n"
    "f.style.width='100%';f.style.border='0';f.style.height='640px';\n"
    "s.parentNode.insertBefore(f,s);\n"
    "addEventListener('message',function(e){\n"
    " if(e.source===f.contentWindow&&e.origin===u.origin&&e.data&&e.data.setu==='height')\n"
    "  f.style.height=Math.min(Math.max(+e.data.height||0,120),6000)+'px'});\n"
    "})();\n";

static const char frame_js[] =
    "(function(){'use strict';if(parent===window)return;\n"
    "var m=document.getElementById('main'),last=0;\n"
    "function tell(){var h=Math.ceil(m.getBoundingClientRect().bottom+scrollY)+24;\n"
    " if(h!==last)parent.postMessage({setu:'height',height:last=h},'*')}\n"
    "new ResizeObserver(tell).observe(m);tell();\n"
    "})();\n";

void form_embed_script(struct request *rq)
{
    struct form *f;
    struct err e = { 0 };
    if (form_open(web_ctx(rq), rq->param[0], &f, &e))
        answer_script(rq, str_of(embed_js));
    else
        web_fail(rq, &e);
}

void form_frame_script(struct request *rq) { answer_script(rq, str_of(frame_js)); }

/* ── counting visits ─────────────────────────────────────────────────────── */

static const char track_js[] =
    "var d=document,n=navigator,s=d.currentScript,o=new URL(s.src).origin,c=s.dataset.consent,Y=31536e3;\n"
    "if(n.doNotTrack=='1'||n.globalPrivacyControl)return;\n"
    "function get(k){var m=d.cookie.match('(?:^|; )'+k+'=([^;]*)');return m&&m[1]}\n"
    "function set(k,v,a){d.cookie=k+'='+v+';path=/;samesite=lax;max-age='+a+(location.protocol=='https:'?';secure':'')}\n"
    "function send(x){x.v=get('setu_v');x.u=location.href.split('#')[0];if(x.v)n.sendBeacon(o+'/t',new URLSearchParams(x))}\n"
    "function go(){if(!get('setu_v')){var h='';crypto.getRandomValues(new Uint8Array(16)).forEach(function(i){\n"
    "h+=(256+i).toString(16).slice(1)});set('setu_v',h,Y)}\n"
    "var t=Date.now();send({r:d.referrer});addEventListener('pagehide',function(){send({t:Date.now()-t})})}\n"
    "window.setuForget=function(){set('setu_v','',0);set('setu_no',1,Y)};\n"
    "if(c=='given'||get('setu_v'))return go();\n"
    "if(c=='denied'||get('setu_no'))return;\n"
    "var b=d.createElement('div');b.dir=T[3];b.setAttribute('role','dialog');b.setAttribute('aria-label',T[0]);\n"
    "b.style.cssText='position:fixed;inset:auto 0 0;padding:14px 18px;background:#fff;color:#222;"
    "font:15px/1.5 system-ui,sans-serif;box-shadow:0 0 12px #0003;z-index:9999';b.append(T[0]);\n"
    "[1,2].forEach(function(i){var k=d.createElement('button');k.textContent=T[i];\n"
    "k.style.cssText='margin-inline-start:12px;padding:6px 16px;font:inherit;cursor:pointer';\n"
    "k.onclick=function(){b.remove();i==1?go():set('setu_no',1,Y)};b.append(k)});\n"
    "(d.body||d.documentElement).append(b);\n";

void track_script(struct request *rq)
{
    static const msg_id texts[] = { MSG_reach_bar_text, MSG_public_bar_allow, MSG_public_bar_refuse };
    enum lang l = web_workspace(rq)->lang;
    lang_from_code(request_query(rq, "lang"), &l);
    struct locale loc = form_locale(web_workspace(rq), l);
    struct buf b = buf_new(&rq->a, 8000);
    struct json js = { .b = &b };
    buf_lit(&b, "(function(){'use strict';var T=");
    json_open(&js, '[');
    for (size_t i = 0; i < countof(texts); i++)
        json_str(&js, msg_text(&rq->a, &loc, texts[i], NULL));
    json_str(&js, lang_is_rtl(l) ? S("rtl") : S("ltr"));
    json_close(&js, ']');
    buf_lit(&b, ";\n");
    buf_put(&b, str_of(track_js));
    buf_lit(&b, "})();\n");
    answer_script(rq, buf_str(&b));
}

static bool asks_not_to(struct request *rq)
{
    return str_eq(request_header(rq, "DNT"), S("1")) || str_eq(request_header(rq, "Sec-GPC"), S("1"))
        || str_find(request_header(rq, "Sec-Purpose"), S("prefetch")) >= 0
        || str_find(request_header(rq, "Purpose"), S("prefetch")) >= 0;
}

/* The part between host and "?", at least "/". */
static str path_of(str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    str rest = at < 0 ? (str){ 0 } : str_from(url, (size_t)at + 3);
    ptrdiff_t slash = str_find_char(rest, '/');
    if (slash < 0)
        return S("/");
    rest = str_from(rest, (size_t)slash);
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i] == '?' || rest.p[i] == '#')
            return str_head(rest, i);
    return rest;
}

/* Host with its port, as in allowed_hosts. */
static str host_port(str url)
{
    ptrdiff_t at = str_find(url, S("://"));
    str rest = at < 0 ? (str){ 0 } : str_from(url, (size_t)at + 3);
    size_t n = 0;
    while (n < rest.n && !strchr("/?#", rest.p[n]))
        n++;
    return str_head(rest, n);
}

struct seen_job { struct page_seen in; int64_t spent; bool is_end; };

static bool run_seen(struct ctx *tx, void *arg, struct err *e)
{
    struct seen_job *j = arg;
    return j->is_end ? reach_visit_ended(tx, j->in.arrival.visitor, j->in.path, j->spent, e) : reach_visit(tx, &j->in, e);
}

/* The value of a link's own parameter. */
static str of_link(struct request *rq, str url, const char *name)
{
    ptrdiff_t at = str_find_char(url, '?');
    struct pair *v;
    struct err e = { 0 };
    size_t n = 0;
    if (at < 0 || !form_parse(&rq->a, str_from(url, (size_t)at + 1), &v, &n, &e))
        return (str){ 0 };
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, str_of(name)))
            return v[i].value;
    return (str){ 0 };
}

static bool may_count(struct request *rq, str url, str visitor)
{
    str host = host_port(url), origin = request_header(rq, "Origin");
    struct err e = { 0 };
    bool ok = false;
    if (asks_not_to(rq) || !visitor_ok(visitor) || !host.n || url.n > 2000 || robot_is_named(&rq->a, request_header(rq, "User-Agent")))
        return false;
    if (origin.n && !str_eq_ascii_nocase(host_port(origin), host))
        return false;
    return limit_take(LIMIT_VISIT_IP, rq->site, rq->ip, NULL) && reach_counts_host(web_ctx(rq), host, &ok, &e) && ok;
}

/* Always 204: a counter tells nobody anything. */
void track_seen(struct request *rq)
{
    str url = request_form(rq, "u"), visitor = request_form(rq, "v"), spent = request_form(rq, "t");
    struct ctx c = *web_ctx(rq);
    struct err e = { 0 };
    int64_t ms = 0;
    answer_text(rq, 204, "text/plain; charset=utf-8", (str){ 0 });
    answer_header(rq, "Cross-Origin-Resource-Policy", S("cross-origin"));
    if (!may_count(rq, url, visitor))
        return;
    struct seen_job j = { .in = { .path = path_of(url), .arrival = { .referrer = request_form(rq, "r"),
        .own_host = source_host(&rq->a, url), .visitor = visitor, .ip = rq->ip,
        .user_agent = request_header(rq, "User-Agent") } }, .is_end = spent.n > 0 };
    for (int i = 0; i < UTM_COUNT; i++)
        j.in.arrival.utm[i] = of_link(rq, url, utm_names[i]);
    if (j.is_end && !str_to_int(spent, &ms))
        return;
    j.spent = ms * 1000;
    c.who = &actor_system;
    c.by = 0;
    (void)!record_write_bulk(&c, run_seen, &j, &e);
}
