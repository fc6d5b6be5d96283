#!/bin/sh
# lint.sh - every rule of the lint finds its bad sample, and leaves good ones and the tree alone.
#
# test/lint/bad/NAME is a small tree; its file `expect` names what must be found there,
# "PATH:LINE [RULE]", no more and no less.
set -u
passed=0 failed=0
dir=${TMPDIR:-/tmp}

ok() { passed=$((passed + 1)); }
not_ok() { failed=$((failed + 1)); echo "$1"; }

for tree in test/lint/bad/*; do
    tools/lint/run "$tree" >"$dir/said" 2>&1 && not_ok "$tree: the lint ended with 0" || ok
    sed -E 's/^([^:]*:[0-9]+)(:[0-9]+)?:.* (\[[a-z-]+\])$/\1 \3/' "$dir/said" | sort >"$dir/found"
    if sort "$tree/expect" | cmp -s - "$dir/found"; then ok; else
        not_ok "$tree: expected (<) and found (>) differ:"
        sort "$tree/expect" | diff - "$dir/found"
        cat "$dir/said"
    fi
done
for tree in test/lint/good/* .; do
    if tools/lint/run "$tree" >"$dir/said" 2>&1; then ok; else
        not_ok "$tree: should be without findings:"
        cat "$dir/said"
    fi
done

# A banned function does not even compile.
for call in 'strcpy(p, "")' 'sprintf(p, "")' 'atoi(p)' 'system(p)' 'localtime(&t)' 'strtok(p, p)'; do
    printf 'char p[9]; time_t t;\nvoid f(void);\nvoid f(void) { %s; }\n' "$call" >"$dir/banned.c"
    if gcc -std=gnu17 -D_GNU_SOURCE -Isrc -include base/banned.h -c -o /dev/null "$dir/banned.c" 2>"$dir/said"; then
        not_ok "$call compiles"
    elif grep -q 'poisoned' "$dir/said"; then ok; else
        not_ok "$call fails for another reason:"; cat "$dir/said"
    fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
