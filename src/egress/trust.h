/* trust.h - whose certificates are believed: those of the system, and a file of the administrator's own. */
#pragma once
#include "base/str.h"

/* Both as one text of PEM, for the life of the process; false: the file cannot be read or holds no certificate. */
bool trust_read(const char *file, str *out);
