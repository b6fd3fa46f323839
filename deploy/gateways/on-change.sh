#!/bin/sh
# Runs a command whenever a component becomes usable, or stops being so. For gateways that cannot ask by themselves.
#
#   GROUNDTRUTH_URL=http://127.0.0.1:8080 sh on-change.sh claude-api COMMAND...
#
# COMMAND gets one word more: `use` while it is operational or degraded, `avoid` while it is in an outage or under
# maintenance. What is unknown, or no answer, changes nothing. Asks every GROUNDTRUTH_EVERY seconds (5).
set -u

component=${1:-}
case $component in '' | *[!A-Za-z0-9._-]*) echo "on-change.sh: expected the id of a component, such as claude-api" >&2; exit 2 ;; esac
shift
[ $# -gt 0 ] || { echo "on-change.sh: expected a command" >&2; exit 2; }
: "${GROUNDTRUTH_URL:?expected an address such as http://127.0.0.1:8080}"

last=
while :; do
    state=$(curl -s -m 5 "$GROUNDTRUTH_URL/route/$component" | head -n 1)
    case $state in
        operational | degraded_performance) now=use ;;
        partial_outage | under_maintenance | major_outage) now=avoid ;;
        *) now=$last ;;
    esac
    # A command that fails is run again.
    if [ "$now" != "$last" ] && "$@" "$now"; then last=$now; fi
    sleep "${GROUNDTRUTH_EVERY:-5}"
done
