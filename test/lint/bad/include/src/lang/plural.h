/* plural.h - is there, so it has a room. */
#pragma once
