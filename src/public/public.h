/* public.h - pages for visitors: forms anyone may fill in, scripts for the company's website.
 *
 * Nobody is signed in here, and nothing here trusts what it is told: who sends a form proves with
 * a token that we made the page, and how it is shown elsewhere is up to the form's own list.
 */
#pragma once
#include "web/feature.h"

extern const struct feature public_feature;
