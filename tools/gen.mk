# gen.mk - sources that are made, beyond messages and views. Included by the Makefile.

# ── the page's own files: npm packages by lock file, fonts cut to our weights, tools/assets.sh ──
NPM_STAMP = node_modules/.setu
FONTS     = $(addprefix $(G)/fonts/,inter.woff2 vazirmatn.woff2 noto-sans-bengali.woff2 noto-sans-devanagari.woff2)
FONT_inter                = inter/files/inter-latin-wght-normal
FONT_vazirmatn            = vazirmatn/files/vazirmatn-arabic-wght-normal
FONT_noto-sans-bengali    = noto-sans-bengali/files/noto-sans-bengali-bengali-wght-normal
FONT_noto-sans-devanagari = noto-sans-devanagari/files/noto-sans-devanagari-devanagari-wght-normal

$(NPM_STAMP): package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error >/dev/null || { \
	    echo "make: npm could not fetch the front-end packages of package-lock.json." >&2; \
	    echo "      Check the network and 'npm config get registry', then run make again." >&2; exit 1; }
	@touch $@
test/node_modules/.setu: test/package-lock.json
	@npm ci --prefix test --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error >/dev/null
	@touch $@
$(G)/fonts/%.woff2: $(NPM_STAMP)
	@mkdir -p $(@D)
	fonttools varLib.instancer -q --no-recalc-timestamp node_modules/@fontsource-variable/$(FONT_$*).woff2 wght=400:700 -o $@

# The names of icons used in the sources: remade often, changed rarely.
$(G)/icons.used: $(SRC) $(VIEWS) ui/icons.txt
	@mkdir -p $(@D)
	@sh tools/assets.sh --icons > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
EXTRA_GENC += $(G)/assets.c
$(G)/assets.c: $(G)/icons.used $(NPM_STAMP) $(FONTS) $(UI) tools/assets.sh
	sh tools/assets.sh $(G)

# ── the query language: lemon makes the grammar and the tokens, re2c the scanner that needs them ──
EXTRA_GENC += $(G)/query_grammar.c $(G)/query_scan.c
GENH += $(G)/query_grammar.h
$(G)/query_grammar.h: $(G)/query_grammar.c
$(G)/query_grammar.c: src/record/query_grammar.y
	@mkdir -p $(@D)
	lemon -q -d$(@D) $<
$(G)/query_scan.c: src/record/query_scan.re $(G)/query_grammar.h
	re2c -W --input-encoding utf8 -o $@ $<

# ── the one C++ file: libphonenumber behind three C functions; `make fuzz` leaves it without sanitizers ──
CXX       = g++
CXXFLAGS  = -std=gnu++17 -D_GNU_SOURCE -Isrc -Wall -Wextra -Werror -MMD -MP
# As archives: a dozen libraries of C++ took a quarter of a start to be linked, for one that few processes ask.
ABSL      := $(filter -labsl%,$(shell pkg-config --libs-only-l absl_flat_hash_set absl_node_hash_set absl_strings 2>/dev/null))
LIBS     += -l:libphonenumber.a -l:libprotobuf-lite.a $(ABSL:-l%=-l:lib%.a) -lstdc++
build/o/%.o: src/%.cc
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(filter-out -std=%,$(CFLAGS_release)) -c -o $@ $<
build/san/o/%.o: src/%.cc
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(filter-out -std=%,$(CFLAGS_san)) -c -o $@ $<
build/fuzz/o/%.o: src/%.cc
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) -O1 -g -c -o $@ $<
build/libsetu.a: build/o/lang/phone_shim.o
build/san/libsetu.a: build/san/o/lang/phone_shim.o
build/fuzz/libsetu.a: build/fuzz/o/lang/phone_shim.o

# ── tests against the program itself ──
build/san/http/capture: | build/san/setu
