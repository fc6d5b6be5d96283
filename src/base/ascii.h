/* ascii.h - letters that mean the same in every language of a protocol: hosts, e-mail, names of programs. */
#pragma once
#include "base/arena.h"

str ascii_lower(struct arena *a, str s);        /* a copy with A to Z small; other bytes as they are */
