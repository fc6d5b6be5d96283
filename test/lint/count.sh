#!/bin/sh
# count.sh - the test runner must never take a broken program for a good one.
set -u
dir=${TMPDIR:-/tmp}
passed=0 failed=0

# says EXPECTED ENDED TEXT: what count makes of a program that said TEXT.
says() {
    printf '%b' "$3" >"$dir/said.out"
    printf '%s\n' "$2" >"$dir/said.rc"
    [ "$2" != none ] || rm "$dir/said.rc"
    got=$(tools/test/count "$dir/said.out" "$dir/said.rc")
    if [ "$got" = "$1" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s\n' "expected \"$1\", got \"$got\": ended $2, said: $3"
    fi
}

good='100%: Checks: 12, Failures: 0, Errors: 0\n'
says '12 0 0' 0 "$good"
says '24 0 0' 0 "Running suite(s): a\n$good$good"
says '10 2 0' 1 '83%: Checks: 12, Failures: 1, Errors: 1\n'
says '10 2 0' 0 '83%: Checks: 12, Failures: 1, Errors: 1\n'
says '3 0 0' 0 '3 passed, 0 failed\n'
says '3 4 0' 1 '3 passed, 4 failed\n'
says '2 0 0' 0 '1..2\nok 1 - a\nok 2 - b\n'
says '1 1 0' 1 '1..2\nok 1 - a\nnot ok 2 - b\n'
says '11 0 1' 0 "skipped: no data\n$good"
says '1 0 1' 0 '1..2\nok 1 - a # SKIP no browser\nok 2 - b\n'
says '0 0 1' 77 'skipped: no chromium here\n'
# What must not pass:
says '0 1 0' 0 ''                               # said nothing
says '0 1 0' 0 'all is well\n'                  # counted nothing
says '0 1 0' 0 '0 passed, 0 failed\n'
says '12 1 0' 139 "$good"                       # crashed after its last check
says '12 1 0' 1 "$good"                         # a leak found at exit
says '12 1 0' killed "$good"                    # hung
says '0 1 0' none "$good"                       # no trace of how it ended
says '0 1 0' 127 'build/san/unit/x is missing\n'
says '0 1 0' unbuilt 'does not build:\n'
says '1 2 0' 0 '1..3\nok 1 - a\n'               # fewer than planned
says '0 1 0' 77 'sorry\n'                       # a skip without a word
says '0 1 0' 0 'ok1\nokay\n100% fine\n'

# one: a program that crashes, hangs or is missing, for real.
real() {
    rm -f "build/test/self/$1.rc"
    TEST_SECONDS=1 tools/test/one "self/$1" "$2" >"$dir/shown"
    got=$(tools/test/count "build/test/self/$1.out" "build/test/self/$1.rc")
    if [ "$got" = "$3" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "$1: expected \"$3\", got \"$got\""; cat "$dir/shown"; fi
}
printf 'echo "1 passed, 0 failed"\n' >"$dir/good.sh"
printf 'echo "1 passed, 0 failed"; kill -SEGV $$\n' >"$dir/crash.sh"
printf 'echo "1 passed, 0 failed"; exec sleep 20\n' >"$dir/hang.sh"
real good "$dir/good.sh" '1 0 0'
real crash "$dir/crash.sh" '1 1 0'
real hang "$dir/hang.sh" '1 1 0'
real missing "$dir/absent.sh" '0 1 0'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
