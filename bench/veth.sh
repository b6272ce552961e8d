# The part `veth` of bench/run, which sources it: servers behind an interface that has a driver for XDP.
#
# Two network namespaces, joined by veth. The server's end is polled by a kernel thread that has a CPU with the server's
# process; the sender (bench/veth.c) has another one with the thread that takes the replies. All are scheduled as real
# time, so that what else runs on the machine does not count as loss: a ring of veth has 256 places.

veth_tag=$$
veth_server=bvs$veth_tag veth_client=bvc$veth_tag # namespaces
veth_here=vs$veth_tag veth_there=vc$veth_tag      # their interfaces
veth_mac=02:00:00:00:00:01
veth_wrong=0

veth_remove() {
    ip netns del $veth_server 2>/dev/null || true
    ip netns del $veth_client 2>/dev/null || true
}

in_client() { ip netns exec $veth_client "$@"; }

# The process id of the kernel thread that polls an interface.
veth_thread() {
    local comm
    for comm in /proc/[0-9]*/comm; do
        case $(cat "$comm" 2>/dev/null) in napi/"$1"-*) tr -dc 0-9 <<<"$comm" ;; esac
    done
}

# veth_end NAMESPACE INTERFACE ADDRESS CPU: with GRO, as only then veth has a thread that polls.
veth_end() {
    ip netns exec "$1" ethtool -K "$2" gro on rxvlan off txvlan off
    ip -n "$1" address add "$3/24" dev "$2"
    ip -n "$1" link set lo up
    ip -n "$1" link set "$2" up
    ip netns exec "$1" sh -c "echo 1 >/sys/class/net/$2/threaded"
    thread=$(veth_thread "$2")
    taskset -pc "$4" "$thread" >/dev/null
    chrt -f -p 4 "$thread"
}

veth_make() {
    local cpus_there
    veth_cpu=$(all_cpus | sed 's/.*[,-]//') # the server's
    cpus_there=$(all_cpus | sed 's/[,-].*//')
    send_on=(chrt -f 1 taskset -c "$cpus_there") probe_on=(chrt -f 3 taskset -c "$cpus_there")
    ip netns add $veth_server
    ip netns add $veth_client
    ip link add $veth_here address $veth_mac netns $veth_server type veth peer name $veth_there netns $veth_client
    veth_end $veth_server $veth_here 10.9.0.1 "$veth_cpu" # the first one: the kernel wakes the second one's thread
    veth_napi=$thread                                      # only when the end has an XDP program, as the client's has
    veth_end $veth_client $veth_there 10.9.0.2 "$cpus_there"
}

# veth_start SERVER: its process id goes to $pid.
veth_start() {
    local command=("$dnsbld" -n "${user[@]}" -b 10.9.0.1/53)
    case $1 in
    echo) command=("$bin/veth" "$bin/veth.bpf.o" echo $veth_here) ;;
    xdp) command+=(--xdp $veth_here "${zones[@]}") ;;
    sockets) command+=("${zones[@]}") ;;
    rbldnsd) command=(rbldnsd -n "${user[@]}" -w . -b 10.9.0.1/53 "${zones[@]}") ;;
    esac
    ip netns exec $veth_server taskset -c "$veth_cpu" "${command[@]}" >"$1.log" 2>&1 &
    pid=$!
    servers+=("$pid")
    if [ "$1" = echo ]; then sleep 0.3; else in_client "$bin/probe" 10.9.0.1/53 2.0.0.127.zen.example first; fi
    if [ "$1" = xdp ] && ! grep -q "fast path in the driver" xdp.log; then
        echo "# veth: no fast path: $(grep -m 1 'fast path' xdp.log)" | tee -a "$results"
        return 1
    fi
    chrt -a -f -p 2 "$pid"
}

# veth_flood SERVER TYPE RATE SECONDS: what the sender prints goes to veth.out, and its figures to variables.
veth_flood() {
    local probe=
    if [ "$1" != echo ]; then
        in_client "${probe_on[@]}" "$bin/flood" 10.9.0.1/53 veth.expected 500 "$4" >veth.probe &
        probe=$!
    fi
    in_client "${send_on[@]}" "$bin/veth" "$bin/veth.bpf.o" flood $veth_there $veth_mac queries "$2" "$3" "$4" \
        "$veth_napi" "$pid" >veth.out
    read -r sent received right lost cpu made < <(awk '{ f[$1] = $2 } END {
        printf "%d %d %d %d %.3f %d\n", f["sent"], f["received"], f["listed"] + f["unlisted"], f["sent"] - f["received"],
            f["cpu_ns"] / (f["received"] + !f["received"]) / 1000, f["sent"] / f["seconds"] }' veth.out) || exit 1
    veth_wrong=$((veth_wrong + received - right))
    if [ -n "$probe" ]; then
        wait $probe
        veth_wrong=$((veth_wrong + $(awk '/^wrong/ { print $2 }' veth.probe)))
    fi
}

# veth_lossless SERVER TYPE RATE: whether one of some floods loses nothing; others have been disturbed.
veth_lossless() {
    local i
    for ((i = 0; i < 5; i++)); do
        veth_flood "$1" "$2" "$3" 0.3
        if [ "$lost" = 0 ] && [ "$made" -gt $(($3 / 2)) ]; then return 0; fi
        if [ $((lost * 20)) -gt "$sent" ] && [ $i -gt 1 ]; then return 1; fi
    done
    return 1
}

# The highest rate without loss, $highest, within an eighth: doubled until there is loss, then by halves.
veth_highest() {
    local high=20000 half i
    highest=0
    while [ $high -lt 4000000 ] && veth_lossless "$1" "$2" $high; do
        highest=$high
        high=$((high * 2))
    done
    for ((i = 0; i < 3; i++)); do
        half=$(((highest + high) / 2))
        if veth_lossless "$1" "$2" $half; then highest=$half; else high=$half; fi
    done
}

# veth_steady SERVER TYPE RATE: CPU time at a rate, the best of the rounds, as what disturbs it adds to it; the rate.
veth_steady() {
    local i
    rm -f veth.us veth.rate
    for ((i = 0; i < rounds; i++)); do
        until veth_flood "$1" "$2" "$3" 0.5 && [ "$made" -gt $(($3 / 2)) ]; do :; done # unless the sender had to wait
        echo "$cpu" >>veth.us
        echo "$made" >>veth.rate
    done
    us[$1.$2]=$(sort -g veth.us | head -n 1) rate[$1.$2]=$(median <veth.rate)
}

veth_measure() {
    local type
    for type in A all; do
        veth_highest "$1" $type
        veth_steady "$1" $type "$highest"
        echo "# veth: $1, $type: ${us[$1.$type]} us CPU an answer at ${rate[$1.$type]} a second, the highest rate" \
            "without loss" | tee -a "$results"
    done
}

veth_measure_echo() {
    veth_steady echo A "${rate[xdp.A]}"
    veth_highest echo A
    echo "# veth: a bare echo: ${us[echo.A]} us CPU an answer at ${rate[echo.A]} a second; without loss up to $highest" |
        tee -a "$results"
    veth_flood echo A 0 0.3
    echo "# veth: the sender makes $made a second; the echo returns all but $lost of $sent" | tee -a "$results"
}

# Beside a flood at 70 % of the highest rate, what the sockets answer: a client over TCP, and one that asks for TXT.
veth_beside() {
    local how i missed late clients
    for ((i = 0; i < 3; i++)); do # until undisturbed
        clients=()
        for how in tcp TXT; do
            in_client "${probe_on[@]}" "$bin/probe" 10.9.0.1/53 2.0.0.127.zen.example "$seconds" $how >veth.$how &
            clients+=($!)
        done
        veth_flood xdp A $((rate[xdp.A] * 7 / 10)) $((seconds + 1))
        wait "${clients[@]}"
        sed "s/^/# veth: beside $made A queries a second, of which $lost of $sent were lost: /" veth.tcp veth.TXT | tee -a "$results"
        if grep -q ' lost 0 bad 0 ' veth.tcp && grep -q ' lost 0 bad 0 ' veth.TXT; then break; fi
    done
    for how in tcp TXT; do
        missed=$(awk '{ print $4 + $6 }' veth.$how) late=$(awk '{ print $12 }' veth.$how)
        row "veth: a $how client beside 70 % of that, lost or wrong" "$missed" - 0 "$missed" 0
        limit "veth: the same, p99.9" "$late" ms 10
    done
}

veth_rows() {
    local above peer_above
    compare "veth, A queries: us CPU an answer" "${us[xdp.A]}" rbldnsd "${us[rbldnsd.A]}" 0.286
    read -r above peer_above < <(awk -v x="${us[xdp.A]}" -v r="${us[rbldnsd.A]}" -v e="${us[echo.A]}" \
        'BEGIN { printf "%.3f %.3f\n", x - e, r - e }')
    compare "veth, A queries: the same above a bare echo" "$above" rbldnsd "$peer_above" 0.1
    row "veth, A queries by sockets: us CPU an answer" "${us[sockets.A]}" "rbldnsd ${us[rbldnsd.A]}" recorded
    row "veth, the whole mix, with TXT: us CPU an answer" "${us[xdp.all]}" "rbldnsd ${us[rbldnsd.all]}" recorded
    row "veth, the whole mix by sockets: us CPU an answer" "${us[sockets.all]}" "rbldnsd ${us[rbldnsd.all]}" recorded
    row "veth, A queries: highest rate without loss, a second" "${rate[xdp.A]}" "rbldnsd ${rate[rbldnsd.A]}" recorded
    row "veth: wrong answers, in floods and probes" $veth_wrong - 0 $veth_wrong 0
}

part_veth() {
    if [ "$(id -u)" != 0 ] || ! command -v ethtool >/dev/null || [ "$(nproc)" -lt 2 ]; then
        echo "# veth: left out: root, ethtool and two CPUs are needed" | tee -a "$results"
        return
    fi
    local server
    declare -A us rate
    trap 'veth_remove; cleanup' EXIT
    veth_make
    for server in rbldnsd sockets xdp echo; do
        veth_start $server || break
        case $server in
        rbldnsd) in_client "$here/veth_expect" 10.9.0.1 53 queries 2000 >veth.expected ;;&
        echo) veth_measure_echo && veth_rows ;;
        *) veth_measure $server ;;
        esac
        if [ $server = xdp ]; then veth_beside; fi
        stop "$pid"
    done
    veth_remove
    trap cleanup EXIT
}
