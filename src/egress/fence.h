/* fence.h - what the egress process gives up before it reads its first frame. */
#pragma once

/* Keeps descriptors 0..keep, no others; the rest as far as the kernel helps. Says in the log what holds. */
void fence_close(int keep);
