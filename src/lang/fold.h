/* fold.h - what is folded per script, for fold.c. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Each takes one decomposed word and writes at most n letters to `out`. */
size_t fold_bengali(uint32_t *w, size_t n, uint32_t *out);
size_t fold_hindi(const uint32_t *w, size_t n, uint32_t *out);
