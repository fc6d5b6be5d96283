# Setu. `make` builds build/setu; `make demo` and `make test` set the machine up first.
#
#   make            release build               make test     all tests, ends in "N passed, N failed"
#   make demo       a filled workspace, served  make bench    ratios against limits and rivals
#   make install    into $(DESTDIR)$(PREFIX)    make fuzz     every fuzz target, FUZZ_SECONDS each
#
# Everything is made under build/: build/ (release), build/san/ (ASan + UBSan, for tests).
# The rules find sources by themselves: a new src/ROOM/FILE.c, view or lang/ROOM.LANG.po needs no line here.

MAKEFLAGS += --no-builtin-rules
PREFIX ?= /usr/local
B      ?= build
G       = build/gen
CC      = gcc

PKGS   = libmicrohttpd sqlite3 icu-i18n icu-uc jansson libsodium zlib libbrotlidec libbrotlienc
CPPFLAGS = -D_GNU_SOURCE -Isrc -I$(G) -include base/banned.h $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
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
LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lcmark-gfm -lcmark-gfm-extensions -lm -lpthread

SRC    := $(shell find src -name '*.c')
VIEWS  := $(shell find src -name '*.html')
PO     := $(wildcard lang/*.po)
UI     := $(shell find ui -type f 2>/dev/null)
GENC    = $(G)/msg_table.c $(VIEWS:src/%.html=$(G)/views/%.c) $(EXTRA_GENC)
-include tools/gen.mk

LIBSRC  = $(filter-out src/main.c,$(SRC))
obj     = $(patsubst src/%.c,$(1)/o/%.o,$(LIBSRC)) $(patsubst $(G)/%.c,$(1)/o/gen/%.o,$(GENC))

.PHONY: all test demo bench fuzz install lint setup check-quick clean golden
.DELETE_ON_ERROR:
.SECONDARY:
all: build/setu

# ── generated ──────────────────────────────────────────────────────────────
$(G)/tool-%: tools/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu17 -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -o $@ $<
$(G)/msg_table.c: $(G)/tool-msgc $(PO)
	@mkdir -p $(G)/msg.new
	$(G)/tool-msgc $(G)/msg.new lang
	@mkdir -p $(G)/msg
	@for h in $(G)/msg.new/msg/*.h; do cmp -s $$h $(G)/msg/$${h##*/} || cp $$h $(G)/msg/; done
	@mv $(G)/msg.new/msg_table.c $@
$(G)/views/%.c: src/%.html $(G)/tool-tplc
	@mkdir -p $(@D)
	$(G)/tool-tplc $< > $@

# ── compiled ───────────────────────────────────────────────────────────────
build/o/gen/%.o: $(G)/%.c | $(G)/msg_table.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS_release) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP -c -o $@ $<
build/o/%.o: src/%.c | $(G)/msg_table.c $(GENH)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS_release) $(WARN) -MMD -MP -c -o $@ $<
build/san/o/gen/%.o: $(G)/%.c | $(G)/msg_table.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS_san) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP -c -o $@ $<
build/san/o/%.o: src/%.c | $(G)/msg_table.c $(GENH)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS_san) $(WARN) -MMD -MP -c -o $@ $<
build/libsetu.a: $(call obj,build)
	@rm -f $@; ar rcs $@ $^
build/san/libsetu.a: $(call obj,build/san)
	@rm -f $@; ar rcs $@ $^
build/setu: build/o/main.o build/libsetu.a
	$(CC) $(LDFLAGS_release) -o $@ $^ $(LIBS)
build/san/setu: build/san/o/main.o build/san/libsetu.a
	$(CC) $(LDFLAGS_san) -o $@ $^ $(LIBS)

# ── tests ──────────────────────────────────────────────────────────────────
# test/unit/NAME.c is one program on libcheck: NAME's tests, linked with the sanitized library.
UNIT   := $(patsubst test/unit/%.c,build/san/unit/%,$(wildcard test/unit/*.c))
build/san/unit/%: test/unit/%.c build/san/libsetu.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itest $(CFLAGS_san) $(filter-out -Wmissing-prototypes,$(WARN)) -MMD -MP -o $@ $< build/san/libsetu.a \
	    $(LDFLAGS_san) $(LIBS) $(shell pkg-config --cflags --libs check 2>/dev/null)
unit: $(UNIT)

-include $(shell find build -name '*.d' 2>/dev/null)
