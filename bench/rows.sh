# rows.sh - the rows of the table, each with its limit or peer beside it, interleaved.

INDIA='/people?q=country%20%3D%20India&sort=-last_activity_at'

# nginx with the sign-in page as a file, a worker for each core.
nginx_start() {
    NGINX_PORT=$(port)
    curl -s "http://127.0.0.1:$PORT/sign-in" >"$OUT/page.html"
    cat >"$OUT/nginx.conf" <<CONF
worker_processes auto; daemon off; pid $OUT/nginx.pid; error_log $OUT/nginx.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; keepalive_requests 1000000; default_type text/html;
       server { listen 127.0.0.1:$NGINX_PORT; root $OUT; } }
CONF
    nginx -p "$OUT" -c "$OUT/nginx.conf" 2>/dev/null &
    NGINX=$!
    STARTED="$STARTED $NGINX"
    await "$NGINX_PORT"
}

row_1() {
    serve "$DATA"; nginx_start
    for i in $ROUNDS; do
        load signin "$SERVER" 64 "http://127.0.0.1:$PORT/sign-in"
        load nginx "$NGINX $(pgrep -P "$NGINX")" 64 "http://127.0.0.1:$NGINX_PORT/page.html"
    done
    stop "$SERVER" "$NGINX"
    row 1 "sign-in page, 64 clients, requests/s" "$(whole "$(mid signin.rps)")" "nginx $(whole "$(mid nginx.rps)")" \
        "$(calc "$(mid signin.rps) / $(mid nginx.rps)")" ">= 0.7"
    row 1 "  CPU microseconds a request" "$(whole "$(mid signin.cpu)")" "nginx $(whole "$(mid nginx.cpu)")" \
        "$(calc "$(mid signin.cpu) / $(mid nginx.cpu)")" "<= 1.43"
}

# nginx with a picture of nothing and a log of who asked.
nginx_gif() {
    NGINX_PORT=$(port)
    cat >"$OUT/nginx.conf" <<CONF
worker_processes auto; daemon off; pid $OUT/nginx.pid; error_log $OUT/nginx.log;
events { worker_connections 1024; }
http { access_log $OUT/access.log; keepalive_requests 1000000;
       server { listen 127.0.0.1:$NGINX_PORT; location / { empty_gif; } } }
CONF
    nginx -p "$OUT" -c "$OUT/nginx.conf" 2>/dev/null &
    NGINX=$!
    STARTED="$STARTED $NGINX"
    await "$NGINX_PORT"
}

# A repository with some check-ins, so that its timeline has 50 rows.
fossil_start() {
    FOSSIL_PORT=$(port)
    if [ ! -e "$DIR/peer.fossil" ]; then
        (cd "$OUT" && USER=bench HOME=$OUT fossil new "$DIR/peer.fossil" && mkdir -p tree && cd tree &&
            USER=bench HOME=$OUT fossil open "$DIR/peer.fossil" && for i in $(seq 60); do
                echo "$i" >>file; [ "$i" -gt 1 ] || USER=bench HOME=$OUT fossil add file
                USER=bench HOME=$OUT fossil commit --no-warnings -m "Change number $i of the file"
            done) >"$OUT/fossil.log" 2>&1
    fi
    HOME=$OUT USER=bench fossil server --localhost --port "$FOSSIL_PORT" "$DIR/peer.fossil" >>"$OUT/fossil.log" 2>&1 &
    FOSSIL=$!
    STARTED="$STARTED $FOSSIL"
    await "$FOSSIL_PORT"
}

row_2() {
    serve "$DATA"; sign_in; fossil_start
    BARE_PORT=$(port)
    "$BARE" page "$DATA/setu.db" "$BARE_PORT" &
    LIMIT=$!
    STARTED="$STARTED $LIMIT"
    await "$BARE_PORT"
    export LOAD_COOKIE="$COOKIE"
    for i in $ROUNDS; do
        load list "$SERVER" 64 "http://127.0.0.1:$PORT$INDIA"
        load page "$LIMIT" 64 "http://127.0.0.1:$BARE_PORT/"
        load fossil "$FOSSIL" 64 "http://127.0.0.1:$FOSSIL_PORT/timeline?n=50"
    done
    unset LOAD_COOKIE
    stop "$SERVER" "$LIMIT" "$FOSSIL"
    row 2 "people list, 50 rows: CPU microseconds" "$(whole "$(mid list.cpu)")" "bare page $(whole "$(mid page.cpu)")" \
        "$(calc "$(mid list.cpu) / $(mid page.cpu)")" "<= 2.5"
    row 2 "  p99 at 64 clients, ms" "$(mid list.p99)" "bare page $(mid page.p99)" "$(mid list.p99)" "< 20"
    row 2 "  p99 against the bare page's" "$(mid list.p99)" "bare page $(mid page.p99)" "$(calc "$(mid list.p99) / $(mid page.p99)")" "<= 2.5"
    row 2 "  requests/s" "$(whole "$(mid list.rps)")" "fossil $(whole "$(mid fossil.rps)")" \
        "$(calc "$(mid list.rps) / $(mid fossil.rps)")" ">= 10"
}

# Paths of a list, of a page deep in it and of records, to be asked at both sizes.
sample() { # sample NAME, from the server that runs
    cursor='' deep=$((DEEP < $1 ? DEEP : $1 / 2))
    while [ "$deep" -gt 0 ]; do
        cursor=$(api "/api/v1/person?limit=200&fields=name&sort=-last_activity_at&cursor=$cursor" | jq -r '.next // empty')
        deep=$((deep - 200))
    done
    echo "/people?sort=-last_activity_at" >"$OUT/first.paths"
    echo "/people?sort=-last_activity_at&cursor=$cursor" >"$OUT/deep.paths"
    api "/api/v1/person?limit=100&fields=name&sort=name&cursor=" | jq -r '.items[] | "/people/" + .id' >"$OUT/record.paths"
}

row_3() {
    for i in $ROUNDS; do
        for which in small large; do
            folder=$([ $which = small ] && echo "$DIR/base" || echo "$DATA")
            TOKEN=$(cat "$folder/../$(basename "$folder").token")
            serve "$folder"; sign_in
            sample "$([ $which = small ] && echo "$BASE_PEOPLE" || echo "$PEOPLE")"
            for what in first deep record; do ask "$what.$which" "$SERVER" "$OUT/$what.paths" 200; done
            stop "$SERVER"
        done
    done
    for what in first deep record; do
        row 3 "$what page at $PEOPLE people, p50 ms" "$(mid $what.large.p50)" "$(mid $what.small.p50) at $BASE_PEOPLE" \
            "$(calc "$(mid $what.large.p50) / ($(mid $what.small.p50) + 0.001)")" "<= 1.5"
        row 3 "  CPU microseconds" "$(mid $what.large.cpu)" "$(mid $what.small.cpu) at $BASE_PEOPLE" \
            "$(calc "$(mid $what.large.cpu) / ($(mid $what.small.cpu) + 1)")" "<= 1.5"
    done
}

row_4() {
    TOKEN=$(cat "$DIR/data.token")
    for i in $ROUNDS; do
        for which in group single; do
            serve "$DATA" "$([ $which = single ] && echo bench)"
            [ -s "$OUT/patch.paths" ] ||
                api "/api/v1/person?limit=200&fields=name&sort=name" | jq -r '.items[] | "/api/v1/person/" + .id' >"$OUT/patch.paths"
            LOAD_TOKEN=$TOKEN LOAD_PATHS=$OUT/patch.paths LOAD_PATCH='{"city":"City %d"}'
            export LOAD_TOKEN LOAD_PATHS LOAD_PATCH
            SECONDS_EACH=1 load "first.$which" "$SERVER" 64 "http://127.0.0.1:$PORT/"     # 64 workers open a reader each
            load "$which" "$SERVER" 64 "http://127.0.0.1:$PORT/"
            unset LOAD_TOKEN LOAD_PATHS LOAD_PATCH
            stop "$SERVER"
        done
    done
    row 4 "durable PATCH, 64 clients, writes/s" "$(whole "$(mid group.rps)")" "one a commit $(whole "$(mid single.rps)")" \
        "$(calc "$(mid group.rps) / $(mid single.rps)")" ">= 6"
    row 4 "  p99, ms" "$(mid group.p99)" "$(mid single.p99)" "$(mid group.p99)" "<= 15"
    row 4 "  p99 of the first second after a start" "$(mid first.group.p99)" "$(mid first.single.p99)" "$(mid first.group.p99)" "<= 1000"
    row 4 "  CPU microseconds a write" "$(whole "$(mid group.cpu)")" "$(whole "$(mid single.cpu)")" \
        "$(calc "$(mid group.cpu) / $(mid single.cpu)")" "<= 1"
}

# A new workspace, and the same table through the bare loop; for a million also through sqlite3's own.
row_5() {
    [ -s "$DIR/people.csv" ] || "$SETU" bench csv --people "$IMPORT" >"$DIR/people.csv"
    rm -rf "$OUT/import"* && new_workspace "$OUT/import"
    set -- $("$BARE" spend "$SETU" import --data "$OUT/import" person "$DIR/people.csv" 2>>"$OUT/import.log")
    took=$1 used=$2 mb=$3
    set -- $("$BARE" upsert "$OUT/import/setu.db" "$OUT/bare.db" "$DIR/people.csv")
    row 5 "import of $IMPORT rows, rows/s" "$(whole "$IMPORT / $took")" "bare upsert $2" "$(calc "$IMPORT / $took / $2")" ">= 0.5"
    row 5 "  CPU microseconds a row" "$(whole "$used * 1000000 / $IMPORT")" "bare upsert $3" \
        "$(calc "$used * 1000000 / $IMPORT / $3")" "<= 2"
    row 5 "  peak memory, MB" "$mb" "" "$mb" "<= 300"
    rm -rf "$OUT/import" "$OUT"/bare.db*
}

row_6() {
    serve "$DATA"; sign_in
    for q in r ra mo %E0%A6%B0 %E0%A6%AE%E0%A7%8B %E0%A4%B0%E0%A4%BE %D9%85%D8%AD rahim%20ah %D8%B1%D8%B6%D8%A7%20 an%20sh sales; do
        echo "/palette?q=$q"; done >"$OUT/palette.paths"
    sed 's,/palette,/people,; s,q=.*,search=&,; s,search=q=,search=,' "$OUT/palette.paths" >"$OUT/search.paths"
    sed 's,/palette,/search,' "$OUT/palette.paths" >"$OUT/search.paths"
    ask palette "$SERVER" "$OUT/palette.paths" 150      # the server lets a person ask 240 times a minute
    ask search "$SERVER" "$OUT/search.paths" 60
    stop "$SERVER"
    row 6 "search as one types, p99 ms" "$(mid palette.p99)" "CPU us $(mid palette.cpu)" "$(mid palette.p99)" "< 5"
    row 6 "  page of results, p95 ms" "$(mid search.p95)" "CPU us $(mid search.cpu)" "$(mid search.p95)" "<= 15"
}

row_7() {
    serve "$DATA"; sign_in
    echo /deals >"$OUT/board.paths"; echo / >"$OUT/home.paths"; echo /insights/funnel >"$OUT/funnel.paths"
    echo /insights/pipeline >"$OUT/pipeline.paths"
    cards=$(ask_one /deals | grep -o '<[a-z]* class="card[ "]' | wc -l)
    for what in "board 50" "home 50" "funnel 150" "pipeline 150"; do
        set -- $what
        ask "$1" "$SERVER" "$OUT/$1.paths" 40
        name=$1; [ "$1" != board ] || name="board of $cards cards"
        row 7 "$name, p95 ms" "$(mid "$1.p95")" "CPU us $(mid "$1.cpu")" "$(mid "$1.p95")" "<= $2"
    done
    stop "$SERVER"
}

row_8() {
    for i in 1 2 3 4 5; do
        PORT=$(port)
        set -- $("$BARE" start "$PORT" "$SETU" serve --data "$DATA" --listen "127.0.0.1:$PORT" 2>>"$OUT/serve.log")
        put start.ms "$1"; put start.kb "$2"
    done
    row 8 "start to first page, ms" "$(mid start.ms)" "" "$(mid start.ms)" "< 50"
    row 8 "  idle private memory, MB" "$(calc "$(mid start.kb) / 1024")" "" "$(calc "$(mid start.kb) / 1024")" "<= 15"
}

row_9() {
    TOKEN=$(cat "$DIR/data.token")
    for round in $ROUNDS; do
        serve "$DATA"; sign_in
        path=$(api "/api/v1/person?limit=1&fields=name" | jq -r '.items[0] | "/api/v1/person/" + .id')
        "$BARE" events "$PORT" "$COOKIE" "$TOKEN" "$path" "$LIVE" "$SERVER"
        stop "$SERVER"
    done >"$OUT/events"
    set -- $(sort -k4,4n "$OUT/events" | sed -n 2p)         # of three rounds the middle one
    row 9 "$1 live connections, KB each" "$(calc "$2 / 1024")" "" "$(calc "$2 / 1024")" "<= 10"
    row 9 "  all have heard a change, ms" "$4 ($3 heard)" "" "$([ "$3" = "$LIVE" ] && echo "$4" || echo 99999)" "< 100"
}

row_10() {
    set -- $("$BARE" spend "$SETU" bench duplicates --data "$DATA" --people "$PEOPLE" 2>"$OUT/duplicates.log")
    cat "$OUT/duplicates.log" >&2
    grep -q pairs "$OUT/duplicates.log" || set -- 99999 99999 99999     # it came to no end
    row 10 "duplicates over $PEOPLE people, s" "$1" "CPU s $2" "$1" "< 60"
    row 10 "  peak memory, MB" "$3" "" "$3" "<= 1000"
}

# Hits of a page, one request each, from many addresses (through a trusted proxy, so that no visitor's limit is met).
# nginx answers an empty picture and writes a log that may be lost. Hits that wait to become records are kept too.
kept_hits() { sqlite3 "$DATA/setu.db" "SELECT (SELECT COUNT(*) FROM visit) + (SELECT COUNT(*) FROM hit)"; }
waiting_hits() { curl -s "http://127.0.0.1:$PORT/metrics" | sed -n 's/^setu_hits_waiting{.*} //p'; }
behind_hits() { curl -s "http://127.0.0.1:$PORT/metrics" | awk '/^setu_(hits_waiting|feed_lag){/ { n += $2 } END { print n + 0 }'; }
record_hits() { # until none waits and all have followed, so that the next load is alone: made.rps, made.cpu
    before=$(cpu_us "$SERVER") n=$(waiting_hits) from=$(date +%s%N)
    for try in $(seq 600); do
        [ "$(behind_hits)" -gt 0 ] || break
        sleep 0.2
    done
    put made.rps "$(calc "$n * 1000000000 / ($(date +%s%N) - $from)")"
    put made.cpu "$(calc "($(cpu_us "$SERVER") - $before) / ($n + 1)")"
}

row_11() {
    PORT=$(port)
    "$SETU" serve --data "$DATA" --listen "127.0.0.1:$PORT" --proxy 127.0.0.1 >>"$OUT/serve.log" 2>&1 &
    SERVER=$!
    STARTED="$STARTED $SERVER"
    await "$PORT"
    curl -s -o /dev/null -H "Authorization: Bearer $(cat "$DIR/data.token")" -H 'Content-Type: application/json' \
        -d '{"name":"Bench","slug":"bench","allowed_hosts":"127.0.0.1","is_active":true}' "http://127.0.0.1:$PORT/api/v1/form"
    nginx_gif
    kept=$(kept_hits)
    export LOAD_VISITS=1
    for i in $ROUNDS; do
        load visit "$SERVER" 64 "http://127.0.0.1:$PORT/t"
        record_hits
        LOAD_VISITS= load gif "$NGINX $(pgrep -P "$NGINX")" 64 "http://127.0.0.1:$NGINX_PORT/x.gif"
    done
    unset LOAD_VISITS
    kept=$(($(kept_hits) - kept))
    stop "$SERVER" "$NGINX"
    # The answer is 204 either way: what was not kept does not count.
    told=$(awk -v s="$SECONDS_EACH" '{ n += $1 * s } END { printf "%.0f", n }' "$OUT/visit.rps")
    [ $((kept * 100)) -ge $((told * 95)) ] || { echo "bench: $kept of $told visits were kept" >&2; put visit.rps 0; put visit.rps 0; put visit.rps 0; put visit.rps 0; }
    row 11 "visits, durable before the answer, requests/s" "$(whole "$(mid visit.rps)")" "nginx empty_gif $(whole "$(mid gif.rps)")" \
        "$(calc "$(mid visit.rps) / $(mid gif.rps)")" ">= 0.4"
    row 11 "  CPU microseconds a hit" "$(whole "$(mid visit.cpu)")" "nginx $(whole "$(mid gif.cpu)")" \
        "$(calc "$(mid visit.cpu) / $(mid gif.cpu)")" "<= 2.5"
    row 11 "  and until it is recorded ($(whole "$(mid made.rps)") hits/s)" "$(whole "$(mid made.cpu)")" "at once, by the same write: 248" \
        "$(calc "$(mid visit.cpu) + $(mid made.cpu)")" "<= 248"
}

# The first table's list and PATCH on PostgreSQL: reads beside our own on a file, writes beside pgbench.
postgres_filled() {
    postgres_start || { echo "bench: no PostgreSQL: row left out" >&2; return 1; }
    new_workspace "$PG"
    "$SETU" bench fill --data "$PG" --people $PEOPLE --companies $COMPANIES --deals $DEALS --events $EVENTS 2>>"$OUT/fill.log" || return 1
    "$SETU" token create --data "$PG" --user owner@bench.example --name bench 2>/dev/null | head -1 >"$OUT/pg/token"
}

patch_load() { # patch_load NAME "PIDS" TOKEN: 64 clients change one field each
    [ -s "$OUT/$1.paths" ] || TOKEN=$3 api "/api/v1/person?limit=200&fields=name&sort=name" | jq -r '.items[] | "/api/v1/person/" + .id' >"$OUT/$1.paths"
    export LOAD_TOKEN=$3 LOAD_PATHS=$OUT/$1.paths LOAD_PATCH='{"city":"City %d"}'
    load "$1" "$2" 64 "http://127.0.0.1:$PORT/"
    unset LOAD_TOKEN LOAD_PATHS LOAD_PATCH
}

row_16() {
    postgres_filled || return 0
    echo "INSERT INTO pgbench_simple (a, b) VALUES (random() * 1000000, 'a row of about the size of a change')" >"$OUT/insert.sql"
    psql -q "$PG_ADDRESS" -c "CREATE TABLE pgbench_simple (id BIGSERIAL PRIMARY KEY, a BIGINT, b TEXT)"
    for i in $ROUNDS; do
        for which in file pg; do
            [ $which = file ] && serve "$DATA" || serve "$PG"
            sign_in
            export LOAD_COOKIE=$COOKIE
            load "list.$which" "$SERVER" 64 "http://127.0.0.1:$PORT$INDIA"
            unset LOAD_COOKIE
            # Twice: what the first seconds are like, when each worker's connection has yet to learn the schema, and then.
            [ $which = file ] || for when in cold warm; do patch_load "patch.pg.$when" "$SERVER" "$(cat "$OUT/pg/token")"; done
            stop "$SERVER"
        done
        put insert.rps "$(/usr/lib/postgresql/15/bin/pgbench -n -c 64 -j 2 -T "$SECONDS_EACH" -f "$OUT/insert.sql" "$PG_ADDRESS" 2>/dev/null |
            sed -n 's/^tps = \([0-9.]*\).*/\1/p')"
    done
    row 16 "people list on PostgreSQL, requests/s" "$(whole "$(mid list.pg.rps)")" "on a file $(whole "$(mid list.file.rps)")" \
        "$(calc "$(mid list.pg.rps) / $(mid list.file.rps)")" ">= 0.3"
    row 16 "durable PATCH on PostgreSQL, writes/s" "$(whole "$(mid patch.pg.warm.rps)")" "pgbench insert $(whole "$(mid insert.rps)")" \
        "$(calc "$(mid patch.pg.warm.rps) / $(mid insert.rps)")" ">= 0.8"
    row 16 "  in the first $SECONDS_EACH seconds after a start" "$(whole "$(mid patch.pg.cold.rps)")" "then $(whole "$(mid patch.pg.warm.rps)")" \
        "$(calc "$(mid patch.pg.cold.rps) / $(mid patch.pg.warm.rps)")" ">= 0.5"
    postgres_stop
}

# Both servers, the database and the clients share this machine's cores: a miss says that they are used up.
row_17() {
    postgres_filled || return 0
    serve "$PG"; sign_in
    export LOAD_COOKIE=$COOKIE
    ONE=$SERVER ONE_PORT=$PORT
    for i in $ROUNDS; do load one "$ONE" 64 "http://127.0.0.1:$ONE_PORT$INDIA"; done
    serve "$PG"
    for i in $ROUNDS; do
        load half.a "$ONE" 32 "http://127.0.0.1:$ONE_PORT$INDIA" &
        other=$!
        load half.b "$SERVER" 32 "http://127.0.0.1:$PORT$INDIA"
        wait $other
    done
    unset LOAD_COOKIE
    stop "$ONE" "$SERVER"
    row 17 "two servers on one PostgreSQL, requests/s" "$(whole "$(mid half.a.rps) + $(mid half.b.rps)")" "one $(whole "$(mid one.rps)")" \
        "$(calc "($(mid half.a.rps) + $(mid half.b.rps)) / $(mid one.rps)")" ">= 1.6"
    postgres_stop
}

# Two fields and two windows of events, counted exactly: columns in memory, beside the best of the engine's own statement
# and one written by hand. The columns are read once, by the first who asks.
row_12() {
    set -- $("$SETU" bench count --data "$DATA")
    now=$(date +%s)
    hand=$(for i in 1 2 3; do printf '%s\n' '.timer on' "SELECT COUNT(*) FROM person p WHERE deleted_at IS NULL
        AND country = 'BD' AND lifecycle IN ('lead', 'mql')
        AND EXISTS (SELECT 1 FROM event WHERE person_id = p.id AND at >= ($now - 30 * 86400) * 1000000 AND kind = 'mail.opened' AND is_void = 0 AND is_robot = 0)
        AND NOT EXISTS (SELECT 1 FROM event WHERE person_id = p.id AND at >= ($now - 7 * 86400) * 1000000 AND kind = 'page.viewed' AND is_void = 0 AND is_robot = 0);" |
        sqlite3 "$DATA/setu.db" | sed -n 's/^Run Time: real \([0-9.]*\).*/\1/p'; done | sort -n | head -1)
    best=$(awk "BEGIN { h = $hand * 1000; print h < $2 ? h : $2 }")
    [ "$4" = "$5" ] || { echo "bench: columns count $4, the tables $5" >&2; return 1; }
    row 12 "exact count, two fields, two windows, ms" "$1 ($4 people)" "read once in $3 s" "$1" "<= 5"
    row 12 "  beside the best plan of SQLite, times" "$1" "$best ms" "$(calc "$best / $1")" ">= 20"
}

# A hundred segments made over all people, then one event: when does the last segment know?
row_13() {
    TOKEN=$(cat "$DIR/data.token")
    rm -rf "$OUT/segments" && cp -a "$DATA" "$OUT/segments"
    serve "$OUT/segments"
    # What the filling of the workspace left to follow is no part of it.
    until [ "$(sqlite3 -readonly "$OUT/segments/setu.db" "SELECT s.last - f.seq < 500 FROM setu_seq s, feed_cursor f WHERE f.name = 'segments'")" = 1 ]; do sleep 1; done
    segments_fill new
    row 13 "100 new segments over $PEOPLE people, s" "$(calc "$(mid fill.new)")" "processor $(calc "$(mid fill.new.cpu)")" "$(calc "$(mid fill.new)")" "< 60"
    # A team more is another view of everything: all segments are gone through anew.
    segments_fill anew
    row 13 "  all of them anew, s" "$(calc "$(mid fill.anew)")" "processor $(calc "$(mid fill.anew.cpu)")" "$(calc "$(mid fill.anew)")" "< 60"
    stop "$SERVER"
    rm -rf "$OUT/segments"
}

segments_waiting() { sqlite3 -readonly "$OUT/segments/setu.db" "SELECT COUNT(*) FROM segment_state WHERE walked IS NOT NULL OR built_at < $1"; }

segments_fill() { # segments_fill new|anew: seconds and seconds of CPU until none waits
    at=$(date +%s.%N) since=$(date +%s%6N) cpu=$(cpu_us "$SERVER")
    post() { curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d "$2" "http://127.0.0.1:$PORT/api/v1/$1"; }
    if [ "$1" = anew ]; then
        post team '{"name":"One more"}'
    else
        for i in $(seq 100); do
            post segment "{\"name\":\"S $i\",\"entity\":\"person\",\"kind\":\"live\",\"criteria\":\"country = India and count(mail.opened within $i days) >= 1\"}"
        done
    fi
    until [ "$(segments_waiting "$since")" = 0 ]; do sleep 0.2; done
    put "fill.$1" "$(calc "$(date +%s.%N) - $at")"
    put "fill.$1.cpu" "$(awk "BEGIN { print ($(cpu_us "$SERVER") - $cpu) / 1000000 }")"
}

# People in a flow, all due at once: the server's own consumer takes them on, beside a loop in C that writes the same rows
# into a copy of the same file, as many a transaction.
row_14() {
    rm -rf "$OUT/flow" && mkdir "$OUT/flow" && cp -a "$DATA" "$OUT/flow/enrolled"
    "$SETU" bench enrol --data "$OUT/flow/enrolled" --people "$PEOPLE" >/dev/null 2>>"$OUT/flow.log" || return 1
    for i in $ROUNDS; do
        for which in ours bare; do
            rm -rf "$OUT/flow/data" && cp -a "$OUT/flow/enrolled" "$OUT/flow/data"
            [ $which = ours ] && set -- $("$SETU" bench flow --data "$OUT/flow/data" 2>>"$OUT/flow.log") && each=$(($1 / $4 + 1))
            [ $which = ours ] || set -- $("$BARE" flow "$OUT/flow/data/setu.db" "$each")
            [ "$1" = "$PEOPLE" ] || { echo "bench: $which: $1 of $PEOPLE went on" >&2; return 1; }
            put "flow.$which" "$(calc "$1 / $2")"; put "flow.$which.cpu" "$(calc "$3 * 1000000 / $1")"
        done
    done
    row 14 "steps of a flow, durable, $each a commit, steps/s" "$(whole "$(mid flow.ours)")" "bare loop $(whole "$(mid flow.bare)")" \
        "$(calc "$(mid flow.ours) / $(mid flow.bare)")" ">= 0.4"
    row 14 "  CPU microseconds a step" "$(whole "$(mid flow.ours.cpu)")" "bare loop $(whole "$(mid flow.bare.cpu)")" \
        "$(calc "$(mid flow.ours.cpu) / $(mid flow.bare.cpu)")" "<= 2.5"
    row 14 "  1,000,000 due people at this rate, s" "$(whole "1000000 / $(mid flow.ours)")" "" "$(calc "1000000 / $(mid flow.ours)")" "< 20"
    rm -rf "$OUT/flow"
}

# Who is thanked for what was won, under every model: of all years, read anew for each asking, and of a month.
row_18() {
    serve "$DATA"; sign_in
    echo '/insights/attribution?period=custom&from=2000-01-01&to=2029-12-31' >"$OUT/all.paths"
    echo '/insights/attribution?period=last_month' >"$OUT/month.paths"
    for what in all month; do ask "thanks.$what" "$SERVER" "$OUT/$what.paths" 3; done
    stop "$SERVER"
    row 18 "attribution of $DEALS deals, $TOUCHES touches, s" "$(calc "$(mid thanks.all.p50) / 1000")" "CPU us $(mid thanks.all.cpu)" \
        "$(calc "$(mid thanks.all.p50) / 1000")" "< 10"
    row 18 "  a month of it, s" "$(calc "$(mid thanks.month.p50) / 1000")" "CPU us $(mid thanks.month.cpu)" \
        "$(calc "$(mid thanks.month.p50) / 1000")" "< 1"
}
