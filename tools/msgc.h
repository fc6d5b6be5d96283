/* msgc.h - what the parts of the message compiler share.
 *
 * msgc.c       finds the rooms, writes the C files
 * msgc_po.c    reads one lang/ROOM.LANG.po
 * msgc_text.c  compiles one text, and says what is wrong with it
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { LANGS = 4, ROOMS_MAX = 64, MSGS_MAX = 8192, SLOTS_MAX = 8, TEXT_MAX = 8192 };
extern const char *const lang_code[LANGS];          /* en, bn, hi, fa: the order of enum lang */

struct place { const char *file; int line; };
/* One text in one language; `code` is what the program runs (see src/lang/msg_table.h). */
struct text { struct place at; char *source; unsigned char *code; size_t ncode; };
struct msg { char *key; int room; struct text text[LANGS]; char *slot[SLOTS_MAX]; int nslots; };

/* Counts the complaint; the compiler goes on, so one run shows every mistake. */
__attribute__((format(printf, 2, 3))) void complain(struct place at, const char *fmt, ...);
extern int complaints;
void *need(void *p);                                /* p, or the end: out of memory */

struct msg *msg_for(int room, const char *key);     /* found or made */
void po_read(const char *path, int room, const char *room_name, int lang);
void text_compile(struct msg *m, int lang);         /* English first: it names the slots */
