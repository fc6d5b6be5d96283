/* msg_table.h - what msgc generates: every message in every language, compiled.
 *
 * A text is a small program of bytes; what is none of these is shown as it is:
 *
 *   1 SLOT s              the value of slot s (counted from 1)
 *   2 COUNT               the number of the plural around it
 *   3 PLURAL s n CASE*n   the case =NUMBER, else the category, else `other`
 *   4 SELECT s n CASE*n   the case of that word, else `other`
 *   5 SMALL s             the value of slot s, a label, as it stands inside a sentence
 *   CASE                  length of key, key, two bytes length (low first), program
 *
 * The rows of a room are together and ordered by key, rooms by name, so all rows are.
 */
#pragma once
#include "lang/lang.h"

enum { MSG_SLOTS_MAX = 8, MSG_ROOM_STEP = 4096 };       /* id = (room + 1) * step + row in it */
enum { MSG_SLOT = 1, MSG_COUNT = 2, MSG_PLURAL = 3, MSG_SELECT = 4, MSG_SMALL = 5 };

struct msg_row { const char *key; int nslots; str text[LANG_COUNT]; const char *slot[MSG_SLOTS_MAX + 1]; };
extern const struct msg_row msg_rows[];
extern const int msg_nrows, msg_nrooms;
extern const int msg_room_first[];                      /* msg_nrooms + 1 indices of rows */
