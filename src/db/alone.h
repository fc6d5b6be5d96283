/* alone.h - writes that nothing else shares a group with.
 *
 * A group is run again when another write in it fails. What counts and remembers over its rows
 * (an import: its refusals, its notes, what it found) cannot be: as long as this is set, writes of
 * this thread have a group of their own, with care from the start. Only a lost connection to
 * PostgreSQL runs them again.
 */
#pragma once
#include <stdbool.h>

extern _Thread_local bool db_alone;
