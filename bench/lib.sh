# lib.sh - what bench/run is written in: servers, loads, medians, the table.

port() { # a free one
    python3 - <<'PY' 2>/dev/null || awk 'BEGIN { srand(); print 20000 + int(rand() * 20000) }'
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])
PY
}

# Microseconds of CPU that these processes have used so far.
cpu_us() {
    for pid; do cat "/proc/$pid/stat"; done | awk -v hz="$(getconf CLK_TCK)" '
        { sub(/^.*\) /, ""); used += $12 + $13 } END { printf "%.0f\n", used * 1000000 / hz }'
}

await() { # await PORT: something answers there
    for i in $(seq 300); do
        curl -s -o /dev/null "http://127.0.0.1:$1/" && return
        sleep 0.1
    done
    echo "bench: nobody answers on port $1" >&2
    exit 1
}

# Sets SERVER (its pid) and PORT; every server started is stopped at the end.
serve() { # serve FOLDER [bench]: as `setu serve`, or as `setu bench serve`
    PORT=$(port)
    "$SETU" ${2:-} serve --data "$1" --listen "127.0.0.1:$PORT" >>"$OUT/serve.log" 2>&1 &
    SERVER=$!
    STARTED="$STARTED $SERVER"
    await "$PORT"
}

stop() { # stop PID...
    for pid; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; done
    return 0
}

sign_in() { # sets COOKIE
    COOKIE="sid=$(curl -s -D - -o /dev/null -d "email=owner@bench.example&password=$PASSWORD" \
        "http://127.0.0.1:$PORT/sign-in" | sed -n 's/^Set-Cookie: sid=\([^;]*\).*/\1/p')"
}

ask_one() { curl -s -H "Cookie: $COOKIE" "http://127.0.0.1:$PORT$1"; }
api() { curl -s -H "Authorization: Bearer $TOKEN" "http://127.0.0.1:$PORT$1"; }

# One load: keeps its rates as NAME.rps, NAME.cpu (microseconds a request), NAME.p50, .p95, .p99 for the median.
load() { # load NAME "PIDS" CONNECTIONS URL
    before=$(cpu_us $2)
    said=$(wrk -t2 -c"$3" -d"${SECONDS_EACH}s" --timeout 20s -s bench/load.lua "$4" | sed -n 's/^LOAD //p')
    after=$(cpu_us $2)
    set -- "$1" $said
    [ "$2" -gt 0 ] || { echo "bench: no answers for $1" >&2; return 0; }
    [ "$7" = 0 ] || echo "bench: $1: $7 of $2 answers were errors" >&2
    put "$1.rps" "$(awk "BEGIN { print $2 / $3 }")"
    put "$1.cpu" "$(awk "BEGIN { print ($after - $before) / $2 }")"
    put "$1.p50" "$4"; put "$1.p95" "$5"; put "$1.p99" "$6"
}

# One after the other on one connection: NAME.p50, .p95, .p99 in milliseconds, NAME.cpu.
ask() { # ask NAME PID FILE-OF-PATHS N
    before=$(cpu_us "$2")
    said=$("$BARE" ask "$PORT" "$COOKIE" "$3" "$4")
    after=$(cpu_us "$2")
    put "$1.cpu" $(((after - before) / $4))
    set -- "$1" $said
    [ "$5" = 0 ] || echo "bench: $1: $5 answers were not 200" >&2
    put "$1.p50" "$2"; put "$1.p95" "$3"; put "$1.p99" "$4"
}

# A private PostgreSQL for this run that waits for the disk, in a folder of its own under /tmp: its user may not look into ours.
postgres_start() { # sets PG, the address of a workspace in it
    PG_DIR=$(mktemp -u /tmp/setu-bench-pg.XXXXXX)
    PG_ADDRESS=$(FSYNC=on tools/test/postgres start "$PG_DIR") || { PG_DIR=; return 1; }
    mkdir -p "$OUT/pg"
    PG="$PG_ADDRESS?schema=bench&key=$OUT/pg/key&spool=$OUT/pg"
}
postgres_stop() { [ -z "${PG_DIR:-}" ] || tools/test/postgres stop "$PG_DIR"; PG_DIR=; }

put() { printf '%s\n' "$2" >>"$OUT/$1"; }
mid() { # the median of what was put
    sort -g "$OUT/$1" 2>/dev/null | awk '{ v[NR] = $1 } END { if (NR) printf "%.6g\n", v[int((NR + 1) / 2)]; else print "0" }'
}
calc() { awk "BEGIN { printf \"%.3g\n\", $1 }"; }
whole() { awk "BEGIN { printf \"%.0f\n\", $1 }"; }

# A line of the table. The last two: the figure that is judged, and "<= N" or ">= N".
row() { # row NUMBER WHAT OURS LIMIT FIGURE TARGET
    verdict=$(awk "BEGIN { print (($5) $6) ? \"ok\" : \"MISS\" }")
    printf '%s|%s|%s|%s|%s|%s|%s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$verdict" >>"$OUT/table"
    printf '%-3s %-44s %-26s %-26s %8s  %-8s %s\n' "$1" "$2" "$3" "$4" "$5" "$6" "$verdict"
}
