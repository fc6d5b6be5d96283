/* demo.h - three years of a company that never was: enough of everything to see the product at
 * work, in four languages, the same for the same seed.
 *
 * The story is played, not written down: people arrive, leads are handed over, deals move, each
 * act at its own instant through the same functions the pages call. So what the demo shows
 * keeps every rule of the product, and a broken rule stops the demo.
 */
#pragma once
#include "app/workspace.h"

struct demo_options {
    uint64_t seed;                  /* 0: 1 */
    bool is_small;                  /* a sixth of everything: tests */
    int64_t now;                    /* the story ends here */
};

/* Makes the workspace in `folder` and plays the story into it. */
__attribute__((warn_unused_result))
bool demo_create(const char *folder, const struct demo_options *o, struct workspace **out, struct err *e);
bool demo_is_there(const char *folder);         /* such a workspace was finished here before */

/* Who may sign in, one a language. */
struct demo_signin { enum lang lang; const char *name, *email, *role; };
enum { DEMO_SIGNINS = 4 };
extern const struct demo_signin demo_signins[DEMO_SIGNINS];
extern const char demo_password[];
