/* live.h - what was written, here or by another server of the workspace, reaches whom it concerns. */
#pragma once
#include "record/record.h"

void live_open(void);                           /* once per process: pages hear of this server's writes */
void live_listen(struct workspace *ws);         /* once per workspace, before its threads: of others' too */
