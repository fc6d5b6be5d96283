/* plural.c - reaches up, out and sideways. */
#include "base/str.h"
#include "db/db.h"
#  include "sell/sell.h"
#include <sqlite3.h>
#include "plural.h"
#include "cellar/wine.h"
