# gen.mk - sources that are made, beyond messages and views. Included by the Makefile.

EXTRA_GENC += $(G)/assets.c
$(G)/assets.c:
	@mkdir -p $(@D)
	printf '#include "html/asset_url.h"\nconst char asset_icons[] = "/a/icons.svg", asset_css[] = "/a/app.css", asset_js[] = "/a/app.js";\n' > $@
