/* deal.c - looks into another feature, and knows one above. */
#include "people/person_rows.h"
#include "people/people.h"
#include "reach/reach.h"
