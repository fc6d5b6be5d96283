/* target.h - a URL taken apart once; the same struct is judged and connected to.
 *
 *   https://hooks.example.com:8443/setu?x=1   ->   tls, "hooks.example.com", 8443, "/setu?x=1"
 *
 * What a person may write as a destination: https (http where the server allows it), a few ports,
 * no name or password in it, a name of the public internet or a public address. Names are brought
 * to their ASCII form, addresses of any spelling to the address.
 */
#pragma once
#include "base/buf.h"
#include "egress/address.h"

enum { TARGET_URL_MAX = 2000, TARGET_HOST_MAX = 254, POLICY_LOCAL_MAX = 16 };

/* What the server's administrator allows beyond that; everything off by itself. */
struct egress_policy {
    bool allow_http;
    struct policy_local { char host[TARGET_HOST_MAX]; int port; } local[POLICY_LOCAL_MAX];  /* inside addresses, by name and port */
    int nlocal;
    const char *ca_file;                /* certificates to trust besides the system's; NULL: none */
};
/* "127.0.0.1:9000,hooks.lan:8080" added to the policy; false: not such a list. */
bool policy_add_local(struct egress_policy *p, str list);
/* The policy of this process; set once, before threads. */
const struct egress_policy *egress_policy(void);
void egress_policy_set(const struct egress_policy *p);

enum target_fault {
    TARGET_GOOD, TARGET_LONG, TARGET_CHARACTER, TARGET_SCHEME, TARGET_NO_TLS, TARGET_USERINFO, TARGET_HOST, TARGET_PORT, TARGET_INSIDE,
};
struct target {
    bool is_tls, is_ip, is_local;       /* is_local: the policy names it; its address is not judged */
    char host[TARGET_HOST_MAX];         /* ASCII, lower case, without a last dot */
    struct ip ip;                       /* is_ip */
    int port;
    str path;                           /* from "/" on, with the query, percent-encoded */
};
enum target_fault target_parse(struct arena *a, str url, const struct egress_policy *p, struct target *out);
/* The URL as it is connected to: one spelling. */
str target_url(struct arena *a, const struct target *t);
