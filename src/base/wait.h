/* wait.h - a thread says that it waits, so that another may work meanwhile.
 *
 * A pool lets no more threads run than the machine has use for. One that waits for the
 * disk uses nothing: it tells its pool before and after, and the pool lets another run.
 * One whose work is done by another process (a database's) uses little, and tells that.
 */
#pragma once
#include <stdbool.h>

enum wait { WAIT_BEGIN, WAIT_END, WAIT_ELSEWHERE };
/* Set by the pool for its threads; NULL on others. */
extern _Thread_local void (*wait_told)(enum wait what);

static inline void wait_begin(void) { if (wait_told) wait_told(WAIT_BEGIN); }
static inline void wait_end(void) { if (wait_told) wait_told(WAIT_END); }
static inline void wait_elsewhere(void) { if (wait_told) wait_told(WAIT_ELSEWHERE); }
