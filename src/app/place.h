/* place.h - where a workspace is: its data, its master key, its local files.
 *
 * The data is a folder, which holds all three, or an address of PostgreSQL, which
 * can hold neither: a key beside the data it protects would go with every dump.
 * So an address may name them (`key=FILE`, `spool=FOLDER`); else they are
 *
 *   root   /etc/setu/DATABASE-SCHEMA.key            /var/lib/setu/DATABASE-SCHEMA
 *   others ~/.config/setu/DATABASE-SCHEMA.key       ~/.local/state/setu/DATABASE-SCHEMA
 *
 * All servers of a workspace have the same key; they may share the spool. A folder may
 * hold all but the data: a file `address` in it, one line, says where that is.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct place {
    const char *data;               /* as given: what db_open takes */
    const char *folder;             /* uploads on their way, the socket for commands */
    const char *key;
    bool is_address;
};
/* Makes nothing; never fails: what is wrong with an address is told by who opens it. */
struct place place_of(struct arena *a, const char *data);
/* Folder and those above it, 0700. */
bool place_make(struct arena *a, const char *folder, struct err *e);
