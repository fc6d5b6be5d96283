/* alone.h - writes that nothing else shares a group with.
 *
 * A group is run again when another write in it fails. What counts outside the data cannot be (an
 * import: its refusals, its notes, what it found; an answer to a form: the limits it takes): as long
 * as this is set, writes of this thread have a group of their own, with care from the start. Only a
 * lost connection to PostgreSQL runs them again.
 */
#pragma once
#include <stdbool.h>

extern _Thread_local bool db_alone;
