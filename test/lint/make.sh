#!/bin/sh
# make.sh - what README.md says one types is there: `make` alone makes the program, and each other goal of its table has a rule.
set -u
passed=0 failed=0
told() {
    if [ "$1" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$2"; fi
}

rules=$(mktemp)
trap 'rm -f "$rules"' EXIT
make --no-print-directory -qp SETUP=no > "$rules" 2>/dev/null
grep -q '^\.DEFAULT_GOAL := all$' "$rules" && grep -q '^all: build/setu$' "$rules"
told $? "make: without a goal it does not make build/setu, but $(sed -n 's/^\.DEFAULT_GOAL := //p' "$rules")"
goals=$(sed -n 's/^| `make \([a-z]*\)`.*/\1/p' README.md)
[ -n "$goals" ]
told $? "README.md: no table of what make makes"
for goal in $goals; do
    grep -q "^$goal:" "$rules"
    told $? "README.md: make $goal, which has no rule"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
