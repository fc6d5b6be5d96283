/* doc.h - the catalogue told to people: docs/entities.md and the golden copy of the schema. */
#pragma once
#include "base/buf.h"

void doc_entities(struct buf *b);       /* Markdown, English labels; every entity of the catalogue */
