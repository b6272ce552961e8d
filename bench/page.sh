# The part `page` of bench/run, which sources it: a thousand page look-ups a second beside a DNS query a millisecond.

page_rate=1000 page_seconds=10

# The addresses and domains that are asked for in DNS, as paths of the page.
page_paths() {
    awk 'sub(/[.]zen[.]example$/, "", $1) { split($1, o, "."); print "/" o[4] "." o[3] "." o[2] "." o[1] }
        sub(/[.]bl6[.]example$/, "", $1) { n = split($1, o, "."); path = "/"
            for (i = n; i > 0; i--) path = path o[i] (i % 4 == 1 && i > 1 ? ":" : "")
            print path }
        sub(/[.]dbl[.]example$/, "", $1) && $1 ~ /^[a-z0-9-]+([.][a-z0-9-]+)+$/ { print "/" $1 }' queries
}

# page_probe FILE: asks DNS, a query a millisecond; its p99.9 goes to the file.
page_probe() {
    out=$("$bin/probe" $ip/5511 2.0.0.127.zen.example $page_seconds)
    number "$out" "p99.9 # max" >>"$1"
}

# Rounds with and without look-ups, by turns, so that a disturbance meets both.
part_page() {
    local i out pages
    new_state
    page_paths >paths
    rm -f without.ms with.ms rates failures sizes
    printf '%s\n' 'http: {lookups: unlimited}' \
        'rules: [{lists: [xbl], removal: self, blocked_by: [sbl]}, {lists: [pbl], removal: single}, {lists: [sbl], removal: owner}]' >page.yaml
    start_api 5511 --config page.yaml --page $ip:5512 "${zones[@]}"
    first_answer 5511 zen.example
    for ((i = 0; i < rounds; i++)); do
        page_probe without.ms
        echo "# page: no look-ups: $out" | tee -a "$results"
        "$bin/page" http://$ip:5512 16 $page_rate $((page_seconds + 2)) paths >page.out &
        pages=$!
        sleep 1
        page_probe with.ms
        wait $pages
        echo "# page: beside $(<page.out): $out" | tee -a "$results"
        number "$(<page.out)" "look-ups, # a second" >>rates
        number "$(<page.out)" " # failed" >>failures
        number "$(<page.out)" "largest # bytes" >>sizes
    done
    compare "DNS beside $page_rate page look-ups a second, p99.9, ms" "$(median <with.ms)" without "$(median <without.ms)" 1.5
    row "page look-ups a second" "$(median <rates)" - ">= $((page_rate * 99 / 100))" $((page_rate * 99 / 100)) "$(median <rates)"
    row "page look-ups that failed" "$(sort -n failures | tail -n 1)" - 0 "$(sort -n failures | tail -n 1)" 0
    limit "the largest page" "$(sort -n sizes | tail -n 1)" bytes 30000
    stop "$pid"
    rm -rf state
}
