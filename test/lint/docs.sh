#!/bin/sh
# docs.sh - the docs name only what is there: links, and paths of the tree in backquotes.
#
# A path with a word in capitals (src/ROOM/THING.c) is a pattern for the reader, not a file; so is
# one with a star. Decisions are all listed in their index.
set -u
passed=0 failed=0
check() {
    if [ -e "$2" ] || [ -e "$2.c" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "$1: $2 is not there"; fi
}

for md in *.md docs/*.md docs/*/*.md; do
    dir=$(dirname "$md")
    for link in $(grep -o '](\([^)#]*\)[^)]*)' "$md" | sed 's/](//; s/[)#].*//' | grep -v '^[a-z]*:'); do
        check "$md" "$dir/$link"
    done
    for path in $(grep -oE '`(src|tools|test|docs|lang|ui|packaging|bench|changes)/[^` ]*`' "$md" | tr -d '`' |
        grep -v '[A-Z*{…]'); do
        check "$md" "$path"
    done
done
for adr in docs/adr/*.md; do
    name=${adr##*/}
    if [ "$name" = README.md ] || grep -q "($name)" docs/adr/README.md; then passed=$((passed + 1)); else
        failed=$((failed + 1)); echo "docs/adr/README.md does not list $name"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
