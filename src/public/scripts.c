/* scripts.c - what the company's own website loads from us: a form in a frame, and the counting
 * of visits (beacon.c keeps what it sends).
 *
 * Both are plain scripts of a few lines that load nothing from anybody else. Nothing is counted
 * before the visitor allowed it; a browser that asks not to be followed is not even asked.
 */
#include "base/json.h"
#include "msg/reach.h"
#include "public/inside.h"

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

/* A page is told at once; clicks that lead away, files and the time spent with the page's end, in one sending. */
static const char track_js[] =
    "var d=document,n=navigator,l=location,s=d.currentScript,o=new URL(s.src).origin,c=s.dataset.consent,Y=31536e3,q;\n"
    "if(n.doNotTrack=='1'||n.globalPrivacyControl)return;\n"
    "function get(k){var m=d.cookie.match('(?:^|; )'+k+'=([^;]*)');return m&&m[1]}\n"
    "function set(k,v,a){d.cookie=k+'='+v+';path=/;samesite=lax;max-age='+a+(l.protocol=='https:'?';secure':'')}\n"
    "function add(k,x){q=q||new URLSearchParams;q.append('k',k);for(k in x)q.append(k,x[k])}\n"
    "function send(v){if(v=get('setu_v')){q.set('v',v);n.sendBeacon(o+'/t',q)}q=0}\n"
    "function go(){if(!get('setu_v')){var h='';crypto.getRandomValues(new Uint8Array(16)).forEach(function(i){\n"
    "h+=(256+i).toString(16).slice(1)});set('setu_v',h,Y)}\n"
    "var t=Date.now(),u=l.href.split('#')[0];add('view',{u:u,r:d.referrer});send();\n"
    "d.addEventListener('click',function(e){var a=e.target.closest('a[href]'),f=a&&/\\.(pdf|docx?|xlsx?|pptx?|zip|mp4)$/i.test(a.pathname);\n"
    "if(a&&(f||a.host!=l.host))add(f?'read':'click',{u:u,to:a.href})},true);\n"
    "addEventListener('pagehide',function(){add('end',{u:u,t:Date.now()-t});send()})}\n"
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
    struct locale loc = form_locale(web_workspace(rq), l, web_workspace(rq)->country);
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
