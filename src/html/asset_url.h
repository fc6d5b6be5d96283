/* asset_url.h - where the page's own files stand, with the hash of their content.
 *
 * Defined by the generated build/gen/assets.c, so a changed style sheet rebuilds
 * one file. The bytes behind them: http/asset.h.
 */
#pragma once

extern const char asset_icons[];            /* "/a/icons.1f3c9a2b.svg" */
extern const char asset_mark[];             /* the bridge: favicon and logo */
extern const char asset_css[], asset_js[];  /* the shell's */
