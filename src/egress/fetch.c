/* fetch.c - HTTP out, by libcurl, with everything off that could lead elsewhere.
 *
 * The name is resolved here, once; all of its addresses must be public; libcurl is given those
 * addresses and may open a socket to no other. So an answer that changes between the look and the
 * connection (rebinding) changes nothing. No redirects, no proxies from the environment, no
 * cookies, no decompression. The status line is the answer: what follows it is read up to a
 * limit, for the first bytes that an administrator sees.
 */
#include "egress/fetch.h"
#include "base/clock.h"
#include "base/fault.h"
#include <curl/curl.h>
#include <netdb.h>
#include <pthread.h>
#include <unistd.h>

enum { HEADERS_MAX = 64 << 10, RETRY_AFTER_MAX_S = 24 * 3600 };

struct call {
    struct arena *a;
    struct target t;
    struct ip ip[FETCH_ADDRESSES_MAX]; int nips;
    size_t head, body;                  /* bytes received */
    bool has_head;                      /* up to its empty line: a head cut short is no answer */
    char note[WIRE_NOTE_MAX]; size_t nnote;
    int retry_after_s;
};

static str trust;

void fetch_open(str trusted)
{
    trust = trusted;
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* ── addresses ─────────────────────────────────────────────────────────────── */

#ifdef SETU_FAULTS
/* SETU_TEST_DNS="name=1.2.3.4,::1|127.0.0.1;...": the answers of a name, one after the other. */
static bool resolve_for_test(const char *host, struct call *k)
{
    static _Atomic int asked;
    str list = str_of(getenv("SETU_TEST_DNS"));
    while (list.n) {
        str answers = str_cut(&list, ';'), name = str_cut(&answers, '='), one = answers;
        if (!str_eq(name, str_of(host)))
            continue;
        for (int i = asked++; i >= 0 && answers.n; i--)
            one = str_cut(&answers, '|');
        while (one.n && k->nips < FETCH_ADDRESSES_MAX) {
            str text = str_cut(&one, ',');
            if (ip_v4_parse(text, &k->ip[k->nips]) == IP_GOOD || ip_v6_parse(text, &k->ip[k->nips]))
                k->nips++;
        }
        return true;
    }
    return false;
}
#else
#define resolve_for_test(host, k) false
#endif

static bool resolve(struct call *k)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM }, *all;
    if (k->t.is_ip) {
        k->ip[k->nips++] = k->t.ip;
        return true;
    }
    if (resolve_for_test(k->t.host, k))
        return k->nips > 0;
    if (getaddrinfo(k->t.host, NULL, &hints, &all) != 0)
        return false;
    bool fits = true;
    for (struct addrinfo *i = all; i; i = i->ai_next) {
        fits = k->nips < FETCH_ADDRESSES_MAX;
        if (!fits || !ip_of_sockaddr(i->ai_addr, &k->ip[k->nips]))
            break;
        k->nips++;
    }
    freeaddrinfo(all);
    return fits && k->nips > 0;         /* one too many could be the one that is not public */
}

/* All of them: a name with one foot inside is not gone to at all. */
static bool are_public(const struct call *k)
{
    for (int i = 0; i < k->nips && !fault_is_on("open_egress"); i++)
        if (!ip_is_public(&k->ip[i]) || ip_is_own(&k->ip[i]))
            return false;
    return k->nips > 0;
}

/* "host:port:address,address": the only answers libcurl's resolver has. */
static str pins(struct call *k)
{
    struct buf b = buf_new(k->a, 4096);
    buf_fmt(&b, "%s:%d:", k->t.host, k->t.port);
    for (int i = 0; i < k->nips; i++) {
        char text[IP_TEXT_MAX];
        ip_write(&k->ip[i], text);
        buf_fmt(&b, k->ip[i].is_v6 ? "%s[%s]" : "%s%s", i ? "," : "", text);
    }
    buf_char(&b, '\0');
    return buf_str(&b);
}

/* ── what libcurl calls: none of these may leave by a jump ─────────────────── */

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
    const struct call *k = arg;
    struct ip ip;
    if (purpose != CURLSOCKTYPE_IPCXN || !ip_of_sockaddr(&at->addr, &ip))
        return CURL_SOCKET_BAD;
    for (int i = 0; i < k->nips; i++)
        if (ip_same(&ip, &k->ip[i]))
            return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
    return CURL_SOCKET_BAD;
}

static void read_retry_after(struct call *k, str line)
{
    str name = str_cut(&line, ':');
    int64_t n;
    if (str_eq_ascii_nocase(name, S("Retry-After")) && str_to_int(str_trim(line), &n) && n >= 0)
        k->retry_after_s = (int)(n < RETRY_AFTER_MAX_S ? n : RETRY_AFTER_MAX_S);
}

static size_t take_header(char *p, size_t size, size_t n, void *arg)
{
    struct call *k = arg;
    k->head += size * n;
    if (k->head > HEADERS_MAX)
        return 0;
    k->has_head = size * n <= 2;
    read_retry_after(k, (str){ p, size * n });
    return size * n;
}

static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
    struct call *k = arg;
    size_t room = sizeof k->note - k->nnote, all = size * n, some = all < room ? all : room;
    memcpy(k->note + k->nnote, p, some);
    k->nnote += some;
    k->body += all;
    return k->body > FETCH_ANSWER_MAX ? 0 : all;        /* 0 ends it: enough is known */
}

/* ── the call ──────────────────────────────────────────────────────────────── */

static struct curl_slist *header_list(struct arena *a, str lines)
{
    struct curl_slist *l = curl_slist_append(NULL, "Expect:");
    while (lines.n)
        l = curl_slist_append(l, arena_cstr(a, str_cut(&lines, '\n')));
    return l;
}

static void set_options(CURL *h, struct call *k, const struct wire_request *r, struct curl_slist *headers, struct curl_slist *pin, long ms)
{
    curl_easy_setopt(h, CURLOPT_URL, arena_cstr(k->a, target_url(k->a, &k->t)));
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h, CURLOPT_PROXY, "");
    curl_easy_setopt(h, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(h, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    struct curl_blob pem = { (void *)(uintptr_t)trust.p, trust.n, CURL_BLOB_NOCOPY };
    if (trust.n)
        curl_easy_setopt(h, CURLOPT_CAINFO_BLOB, &pem);
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)FETCH_CONNECT_MS);
    curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, ms);
    curl_easy_setopt(h, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(h, CURLOPT_RESOLVE, pin);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, k);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, k);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, k);
    curl_easy_setopt(h, CURLOPT_USERAGENT, "Setu-Webhooks/1");
    curl_easy_setopt(h, CURLOPT_POST, 1L);
    curl_easy_setopt(h, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
    curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE, (long)r->body.n);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
}

static enum egress_outcome outcome_of(CURLcode code)
{
    switch ((int)code) {
    case CURLE_OK: return EGRESS_ANSWERED;
    case CURLE_COULDNT_RESOLVE_HOST: return EGRESS_NO_NAME;
    case CURLE_COULDNT_CONNECT: return EGRESS_NO_CONNECTION;
    case CURLE_OPERATION_TIMEDOUT: return EGRESS_TIMEOUT;
    case CURLE_SSL_CONNECT_ERROR: case CURLE_PEER_FAILED_VERIFICATION: case CURLE_SSL_CERTPROBLEM: case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE: return EGRESS_NO_TLS;
    default: return EGRESS_GARBLED;
    }
}

/* By the numbers of X.509 that OpenSSL answers; a name that does not fit libcurl finds itself, before it asks for them. */
static enum tls_fault tls_fault_of(CURL *h, CURLcode code)
{
    enum { NOT_ASKED = 1, EXPIRED = 10, SELF_SIGNED = 18, SELF_SIGNED_IN_CHAIN, NO_ISSUER_HERE, NO_ISSUER };
    long found = 0;
    curl_easy_getinfo(h, CURLINFO_SSL_VERIFYRESULT, &found);
    if (code != CURLE_PEER_FAILED_VERIFICATION)
        return TLS_OTHER;
    return found <= NOT_ASKED ? TLS_NAME : found == EXPIRED ? TLS_EXPIRED : found >= SELF_SIGNED && found <= NO_ISSUER ? TLS_UNKNOWN : TLS_OTHER;
}

static void perform(struct call *k, const struct wire_request *r, long ms, struct egress_result *out)
{
    CURL *h = curl_easy_init();
    struct curl_slist *headers = header_list(k->a, r->headers), *pin = curl_slist_append(NULL, pins(k).p);
    long status = 0;
    if (!h || !headers || !pin) {
        out->outcome = EGRESS_GARBLED;
    } else {
        set_options(h, k, r, headers, pin, ms);
        CURLcode code = curl_easy_perform(h);
        curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
        bool has_status = status >= 200 && k->has_head;
        out->outcome = has_status ? EGRESS_ANSWERED : code == CURLE_OK ? EGRESS_GARBLED : outcome_of(code);
        out->status = has_status ? (int)status : out->outcome == EGRESS_NO_TLS ? (int)tls_fault_of(h, code) : 0;
        out->retry_after_s = k->retry_after_s;
        out->note = k->nnote || code == CURLE_OK ? arena_str(k->a, (str){ k->note, k->nnote }) : str_of(curl_easy_strerror(code));
    }
    curl_slist_free_all(headers);
    curl_slist_free_all(pin);
    curl_easy_cleanup(h);
}

void fetch_post(struct arena *a, const struct egress_policy *p, const struct wire_request *r, struct egress_result *out)
{
    struct call k = { .a = a, .retry_after_s = -1 };
    int64_t from = clock_mono();
    *out = (struct egress_result){ .tag = r->tag, .retry_after_s = -1 };
    enum target_fault f = target_parse(a, r->url, p, &k.t);
    if (f != TARGET_GOOD) {
        out->outcome = EGRESS_REFUSED;
        out->status = (int)f;
        return;
    }
    if (!resolve(&k)) {
        out->outcome = EGRESS_NO_NAME;
    } else if (!k.t.is_local && !are_public(&k)) {
        out->outcome = EGRESS_REFUSED;
        out->status = TARGET_INSIDE;
    } else {
        long left = FETCH_TOTAL_MS - (long)((clock_mono() - from) / 1000);
        perform(&k, r, left > 1000 ? left : 1000, out);
    }
    out->ms = (int)((clock_mono() - from) / 1000);
}
