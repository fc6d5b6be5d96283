# Setu. `make` builds build/setu; `make demo` and `make test` set the machine up first.
#
#   make            release build               make test     all tests, ends in "N passed, N failed"
#   make demo       a filled workspace, served  make bench    ratios against limits and rivals
#   make install    into $(DESTDIR)$(PREFIX)    make fuzz     every fuzz target, FUZZ_SECONDS each
#
# Everything is made under build/: build/ (release), build/san/ (ASan + UBSan, for tests).
# The rules find sources by themselves: a new src/ROOM/FILE.c, view or lang/ROOM.LANG.po needs no line here.

IS_SILENT := $(findstring s,$(filter-out --%,$(firstword x$(MAKEFLAGS))))
MAKEFLAGS += --no-builtin-rules
PREFIX ?= /usr/local
G       = build/gen
CC      = gcc

# One short line for each thing made; V=1 shows the commands.
V ?= 0
Q = $(if $(filter 0,$(V)),@$(if $(IS_SILENT),,echo "  $@";))
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)
PKGS   := libmicrohttpd sqlite3 icu-i18n icu-uc jansson libsodium libpq libcurl zlib libbrotlidec libbrotlienc
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
CPPFLAGS = -D_GNU_SOURCE -Isrc -I$(G) -include base/banned.h $(PKG_CFLAGS)
WARN   = -Wall -Wextra -Werror -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Walloca -Wconversion \
         -Wno-sign-conversion -Wformat=2 -Wundef -Wcast-qual -Wduplicated-cond -Wlogical-op \
         -Wimplicit-fallthrough -Wbidi-chars=any -Wno-missing-field-initializers
HARDEN = -fPIE -fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
         -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks -fno-strict-overflow \
         -fno-strict-aliasing -fvisibility=hidden
CFLAGS_release = -std=gnu17 -O2 -g $(HARDEN) -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
CFLAGS_san     = -std=gnu17 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing \
                 -fsanitize=address,undefined -fno-sanitize-recover=all -DSETU_FAULTS=1
LDFLAGS_release = -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
LDFLAGS_san     = -fsanitize=address,undefined
# liblinear as an archive: src/flow/blas.c says why.
LIBS   = $(PKG_LIBS) -Wl,-u,ddot_ -l:liblinear.a -lcmark-gfm -lcmark-gfm-extensions -lm -lpthread

SRC    := $(shell find src -name '*.c')
VIEWS  := $(shell find src -name '*.html')
PO     := $(wildcard lang/*.po)
UI     := $(shell find ui -type f 2>/dev/null)
GENC    = $(G)/msg_table.c $(VIEWS:src/%.html=$(G)/views/%.c) $(EXTRA_GENC)
# Said before the first rule that is read: that one would be it.
.DEFAULT_GOAL := all
-include tools/gen.mk

LIBSRC  = $(filter-out src/main.c,$(SRC))
obj     = $(patsubst src/%.c,$(1)/o/%.o,$(LIBSRC)) $(patsubst $(G)/%.c,$(1)/o/gen/%.o,$(GENC))

.PHONY: all test soak demo bench fuzz install lint symbols setup unit clean golden
.DELETE_ON_ERROR:
.SECONDARY:
all: build/setu

# Without the libraries nothing below makes sense; these goals fetch them.
ifeq ($(PKG_LIBS)$(filter setup demo test soak bench fuzz clean lint,$(MAKECMDGOALS)),)
$(error The libraries are not here. On Debian 12 `make setup` installs them, as do `make demo` and `make test`)
endif

# ── what people type ───────────────────────────────────────────────────────
# Each sets the machine up, then starts make again: only then are the libraries there to be found.
setup:
	@tools/setup/run build
demo:
	@tools/setup/run build
	@$(MAKE) -j$(JOBS) --no-print-directory build/setu
	build/setu demo $(DEMO)
test:
	@tools/setup/run build test
	@MAKE="$(MAKE) -j$(JOBS) --no-print-directory" tools/test/run $(T)
# As `test`, with what takes long: all four languages under axe, every suite on PostgreSQL, every role in every workspace.
soak:
	@tools/setup/run build test
	@SOAK=1 MAKE="$(MAKE) -j$(JOBS) --no-print-directory" tools/test/run $(T)
bench:
	@tools/setup/run build bench
	@$(MAKE) -j$(JOBS) --no-print-directory build/setu
	@if [ -x bench/run ]; then bench/run; else echo "bench: there is nothing to measure yet (no bench/run)"; fi
fuzz:
	@tools/setup/run build fuzz
	@MAKE="$(MAKE) -j$(JOBS) --no-print-directory" tools/test/fuzz $(T)
clean:
	rm -rf build

# ── generated ──────────────────────────────────────────────────────────────
$(G)/tool-%: tools/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -o $@ $<
$(G)/tool-msgc: tools/msgc.c tools/msgc_po.c tools/msgc_text.c tools/msgc.h
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -o $@ $(filter %.c,$^)
$(G)/msg_table.c: $(G)/tool-msgc $(PO)
	@mkdir -p $(G)/msg.new
	$(G)/tool-msgc $(G)/msg.new lang
	@mkdir -p $(G)/msg
	@for h in $(G)/msg.new/msg/*.h; do cmp -s $$h $(G)/msg/$${h##*/} || cp $$h $(G)/msg/; done
	@mv $(G)/msg.new/msg_table.c $@
# Made beside the table: looked at again after it, so that objects with other numbers are made anew in the same run.
$(G)/msg/%.h: $(G)/msg_table.c
	@:
$(G)/views/%.c: src/%.html $(G)/tool-tplc
	@mkdir -p $(@D)
	$(G)/tool-tplc $< > $@

# ── compiled ───────────────────────────────────────────────────────────────
build/o/gen/%.o: $(G)/%.c | $(G)/msg_table.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_release) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP -c -o $@ $<
build/o/%.o: src/%.c | $(G)/msg_table.c $(GENH)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_release) $(WARN) -MMD -MP -c -o $@ $<
build/san/o/gen/%.o: $(G)/%.c | $(G)/msg_table.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_san) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP -c -o $@ $<
build/san/o/%.o: src/%.c | $(G)/msg_table.c $(GENH)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_san) $(WARN) -MMD -MP -c -o $@ $<
build/libsetu.a: $(call obj,build)
	@rm -f $@; ar rcs $@ $^
build/san/libsetu.a: $(call obj,build/san)
	@rm -f $@; ar rcs $@ $^
build/setu: build/o/main.o build/libsetu.a
	$(Q)$(CC) $(LDFLAGS_release) -o $@ $^ $(LIBS)
build/san/setu: build/san/o/main.o build/san/libsetu.a
	$(Q)$(CC) $(LDFLAGS_san) -o $@ $^ $(LIBS)

# ── tests ──────────────────────────────────────────────────────────────────
# test/KIND/NAME.c is one program, linked with the sanitized library; tools/test/run builds and runs them all.
# KIND: unit (libcheck), golden, fault, http. A test/fuzz/NAME.c is made twice: with a plain driver that replays its
# corpus (build/san/fuzz, part of the tests) and with libFuzzer (build/fuzz, `make fuzz`).
TESTFLAGS = $(CPPFLAGS) -Itest $(CFLAGS_san) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP
TESTLIBS  = build/san/libsetu.a $(LDFLAGS_san) $(LIBS) $(shell pkg-config --cflags --libs check 2>/dev/null)
UNIT   := $(patsubst test/unit/%.c,build/san/unit/%,$(wildcard test/unit/*.c))
unit: $(UNIT)
define test_kind
build/san/$(1)/%: test/$(1)/%.c build/san/libsetu.a
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(TESTFLAGS) -o $$@ $$< $$(TESTLIBS)
endef
$(foreach kind,unit golden,$(eval $(call test_kind,$(kind))))
# These two may speak HTTP to the program, in this process or in a child (test/client). What tests share is compiled by itself: one
# command with two sources would note the headers of the last alone.
CLIENT := $(patsubst test/client/%.c,build/san/shared/%.o,$(wildcard test/client/*.c))
build/san/shared/%.o: test/client/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TESTFLAGS) -c -o $@ $<
build/san/shared/%.o: tools/test/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TESTFLAGS) -c -o $@ $<
define test_kind_client
build/san/$(1)/%: test/$(1)/%.c $(CLIENT) build/san/libsetu.a
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(TESTFLAGS) -o $$@ $$< $(CLIENT) $$(TESTLIBS)
endef
$(foreach kind,http fault,$(eval $(call test_kind_client,$(kind))))
build/san/http/webhook_tls: TESTLIBS += -lssl -lcrypto
build/san/fuzz/%: test/fuzz/%.c build/san/shared/replay.o build/san/libsetu.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(TESTFLAGS) -o $@ $< build/san/shared/replay.o $(TESTLIBS)

FUZZFLAGS = -std=gnu17 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing -DSETU_FAULTS=1 -w \
            -fsanitize=address,undefined -fno-sanitize-recover=all
build/fuzz/o/gen/%.o: $(G)/%.c | $(G)/msg_table.c $(GENH)
	@mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) $(FUZZFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
build/fuzz/o/%.o: src/%.c | $(G)/msg_table.c $(GENH)
	@mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) $(FUZZFLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
build/fuzz/libsetu.a: $(call obj,build/fuzz)
	@rm -f $@; ar rcs $@ $^
build/fuzz/%: test/fuzz/%.c build/fuzz/libsetu.a
	@mkdir -p $(@D)
	$(Q)clang $(CPPFLAGS) -Itest $(FUZZFLAGS) -fsanitize=fuzzer -MMD -MP -o $@ $< build/fuzz/libsetu.a $(LIBS)

# ── lint ───────────────────────────────────────────────────────────────────
$(G)/tool-lint: tools/lint/lint.c
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -o $@ $<
lint: $(G)/tool-lint
	@tools/lint/run
symbols: build/setu
	@tools/lint/symbols

# ── golden files ───────────────────────────────────────────────────────────
# Tests in test/golden compare with files beside them; with GOLDEN=write they rewrite those, for a reviewed diff.
golden:
	@GOLDEN=write MAKE="$(MAKE) -j$(JOBS) --no-print-directory" tools/test/run golden

# ── installed ──────────────────────────────────────────────────────────────
install: build/setu
	install -D -m 755 build/setu $(DESTDIR)$(PREFIX)/bin/setu
	install -D -m 644 packaging/setu.service $(DESTDIR)$(PREFIX)/lib/systemd/system/setu.service
	sed -i 's,/usr/local/,$(PREFIX)/,' $(DESTDIR)$(PREFIX)/lib/systemd/system/setu.service
	install -D -m 644 packaging/setu.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/setu.conf
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/setu/LICENSE
	install -D -m 644 docs/install.md $(DESTDIR)$(PREFIX)/share/doc/setu/install.md

-include $(shell find build -name '*.d' 2>/dev/null)
