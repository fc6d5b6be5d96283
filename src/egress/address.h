/* address.h - which addresses of the network are the public's, and which are somebody's inside.
 *
 * A webhook goes where a person says, so it must not be a way into the machine's own network.
 * Only public unicast addresses pass; whatever is not known to be public is not.
 */
#pragma once
#include <sys/socket.h>
#include "base/str.h"

struct ip { bool is_v6; unsigned char b[16]; };         /* network order; v4 in the first four */

enum ip_form { IP_NONE, IP_GOOD, IP_BAD };              /* no number at all; a number; a number nobody may write */
/* Numbers as browsers and inet_aton take them: "127.1", "0x7f.1", "0177.0.0.1", "2130706433". */
enum ip_form ip_v4_parse(str host, struct ip *out);
bool ip_v6_parse(str inside_brackets, struct ip *out);  /* without a zone */
bool ip_parse(str text, struct ip *out);                /* four decimal numbers, or version 6; "::ffff:192.0.2.1" is the former */
bool ip_is_public(const struct ip *ip);
bool ip_is_own(const struct ip *ip);                    /* an address of this machine, public or not */
bool ip_same(const struct ip *x, const struct ip *y);
bool ip_of_sockaddr(const struct sockaddr *sa, struct ip *out);
enum { IP_TEXT_MAX = 64 };
void ip_write(const struct ip *ip, char out[IP_TEXT_MAX]);      /* "192.0.2.1", "2001:db8::1" */
