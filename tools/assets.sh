#!/bin/sh
# assets.sh - makes the page's own files and embeds them.      usage: assets.sh GENDIR | --icons
#
# Reads ui/, node_modules/ and the icon names used in src/; writes GENDIR/a/NAME.HASH.EXT
# (plain, .gz, .br) and GENDIR/assets.c with a table of struct asset. Names carry the hash of
# their content, so a browser may keep them for ever. An icon lucide does not have is an error.
set -eu
export LC_ALL=C

# The icons the sources name: html_icon(h, "name", ...), .icon = "name", and ui/icons.txt.
icon_names() {
    {
        grep -rhoE --include='*.c' --include='*.h' --include='*.html' 'html_icon\([^,]+,[^,]*' src || true
        grep -rhoE --include='*.c' --include='*.h' --include='*.html' '\.icon = [^,}]*' src || true
    } | grep -oE '"[a-z0-9-]+"' | tr -d '"'
    sed 's/#.*//' ui/icons.txt | tr -s ' ' '\n'
}
if [ "$1" = --icons ]; then
    icon_names | sort -u
    exit
fi

gen=$1 out=$1/a work=$1/a.work npm=node_modules
rm -rf "$out" "$work"
mkdir -p "$out" "$work"

# What comes from others is byte for byte what was looked at (docs/rooms/ui.md: taking a new version).
sha384sum -c --quiet ui/vendor.sha384 >&2 || { echo "assets: a vendored file differs from ui/vendor.sha384" >&2; exit 1; }

# ── icons: one sprite ───────────────────────────────────────────────────────
{
    printf '<svg xmlns="http://www.w3.org/2000/svg">'
    for name in $(cat "$gen/icons.used"); do
        [ -f "$npm/lucide-static/icons/$name.svg" ] || {
            echo "assets: lucide has no icon '$name' (see https://lucide.dev/icons):" >&2
            grep -rnF "\"$name\"" src ui/icons.txt >&2 || true
            exit 1
        }
        printf '<symbol id="%s" viewBox="0 0 24 24">' "$name"
        tr '\n' ' ' < "$npm/lucide-static/icons/$name.svg" | sed -E 's/.*<svg[^>]*>//; s,</svg>.*,,; s/ +/ /g; s/> </></g; s/^ //; s/ $//'
        printf '</symbol>'
    done
    printf '</svg>'
} > "$work/icons.svg"

# ── one file: hashed name, compressed copies, a row of the table ────────────
blob() {            # SYMBOL FILE
    printf '    ".global %s\\n%s: .incbin \\"%s\\"\\n"\n' "$1" "$1" "$2" >> "$work/asm"
    echo "extern const char $1[];" >> "$work/externs"
}
add() {             # NAME EXT MIME FILE -> sets url
    hash=$(sha256sum < "$4" | cut -c1-16)
    file=$out/$1.$hash.$2 url=/a/$1.$hash.$2 sym=asset_bytes_$(printf %s "$1_$2" | tr -c 'a-z0-9' _)
    cp "$4" "$file"
    blob "$sym" "$file"
    row="{ .path = \"$url\", .mime = \"$3\", .etag = \"$hash\", .is_immutable = true, .plain = { $sym, $(stat -c %s "$file") }"
    if [ "$2" != woff2 ] && [ "$2" != png ]; then
        gzip -9nk "$file"
        brotli -q 11 -o "$file.br" "$file"
        blob "${sym}_gz" "$file.gz"
        blob "${sym}_br" "$file.br"
        row="$row, .gzip = { ${sym}_gz, $(stat -c %s "$file.gz") }, .brotli = { ${sym}_br, $(stat -c %s "$file.br") }"
    fi
    printf '    %s },\n' "$row" >> "$work/rows"
}

# ── fonts, icons, style, islands ────────────────────────────────────────────
"$npm/.bin/esbuild" ui/css/app.css --bundle --minify --external:'/a/*' --log-level=warning --outfile="$work/app.css"
for font in inter vazirmatn noto-sans-bengali noto-sans-devanagari; do
    add "$font" woff2 font/woff2 "$gen/fonts/$font.woff2"
    sed -i "s,/a/$font\.woff2,$url,g" "$work/app.css"
done
add icons svg image/svg+xml "$work/icons.svg"; icons=$url
add mark svg image/svg+xml ui/mark.svg; mark=$url
add app css 'text/css; charset=utf-8' "$work/app.css"; css=$url
for js in ui/js/*.entry.js; do
    name=$(basename "$js" .entry.js)
    "$npm/.bin/esbuild" "$js" --bundle --minify --format=iife --target=es2022 --log-level=warning --outfile="$work/$name.js"
    add "$name" js 'text/javascript; charset=utf-8' "$work/$name.js"
    [ "$name" != app ] || app=$url
done

{
    printf '/* made by tools/assets.sh - do not edit */\n#include "html/asset_url.h"\n#include "http/asset.h"\n'
    printf '__asm__(".pushsection .rodata\\n"\n'
    cat "$work/asm"
    printf '    ".popsection\\n");\n'
    cat "$work/externs"
    printf 'const char asset_icons[] = "%s";\nconst char asset_mark[] = "%s";\n' "$icons" "$mark"
    printf 'const char asset_css[] = "%s";\nconst char asset_js[] = "%s";\n' "$css" "$app"
    printf 'const struct asset assets[] = {\n'
    cat "$work/rows"
    printf '    { 0 }\n};\n'
} > "$gen/assets.c.new"
mv "$gen/assets.c.new" "$gen/assets.c"
rm -rf "$work"
