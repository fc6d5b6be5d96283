/* log.h - one JSON object a line on standard error. */
#pragma once
#include "base/str.h"

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

/* Values are escaped; at most 2 KiB of each and 8 KiB a line. */
struct log_pair { const char *name; str text; int64_t num; bool is_num; };
#define LOG_S(name, s) ((struct log_pair){ (name), (s), 0, false })
#define LOG_N(name, n) ((struct log_pair){ (name), { 0 }, (n), true })

/* What every line of this thread is about, until told otherwise: the workspace of a server that
 * serves several. The text must outlive its use; NULL: nothing. */
void log_workspace(const char *name);

void log_line(enum log_level level, const char *event, const struct log_pair *pairs, size_t n);
#define log_event(level, event, ...) \
    log_line((level), (event), (const struct log_pair[]){ __VA_ARGS__ }, \
             sizeof((const struct log_pair[]){ __VA_ARGS__ }) / sizeof(struct log_pair))

/* Says why and ends the process: an I/O error, a broken catalogue. Never returns. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
