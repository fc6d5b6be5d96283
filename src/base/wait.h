/* wait.h - a thread says that it waits, so that another may work meanwhile.
 *
 * A pool lets no more threads run than the machine has use for. One that waits for the
 * disk uses nothing: it tells its pool before and after, and the pool lets another run.
 */
#pragma once
#include <stdbool.h>

/* Set by the pool for its threads; NULL on others. Called with true before, false after. */
extern _Thread_local void (*wait_told)(bool is_waiting);

static inline void wait_begin(void) { if (wait_told) wait_told(true); }
static inline void wait_end(void) { if (wait_told) wait_told(false); }
