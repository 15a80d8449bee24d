# Starts one program and outlives the AppHost by just long enough to stop it.
#
#   $1    seconds between a polite stop and a forced one
#   $2    command that removes what the program leaves elsewhere (a container); may be empty
#   $3…   the program and its arguments
#
# Standard input is the lifeline: the AppHost holds the other end of the pipe, and the kernel closes it however the AppHost ends.
# The launcher leads a process group of its own, so a Ctrl+C in the terminal does not reach the program, and one kill reaches all of it.
grace=$1
cleanup=$2
shift 2
trap 'kill -TERM "$child" 2>/dev/null' TERM
trap 'kill -INT "$child" 2>/dev/null' INT
trap : HUP

exec 3<&0
"$@" </dev/null 3<&- &
child=$!

{
    read -r _ <&3
    trap '' TERM INT HUP
    kill -TERM "$child" 2>/dev/null
    waited=0
    while kill -0 "$child" 2>/dev/null && [ "$waited" -lt "$grace" ]; do
        sleep 1
        waited=$((waited + 1))
        [ "$waited" -eq 2 ] && kill -INT "$child" 2>/dev/null
    done
    [ -n "$cleanup" ] && sh -c "$cleanup" >/dev/null 2>&1
    kill -KILL 0
} &
exec 3<&-

while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
done
exit "$code"
