#!/bin/sh
# Waits until an AI service works, or says why a job should be skipped. Needs curl alone.
#
#   GROUNDTRUTH_URL=http://127.0.0.1:8080 sh gate.sh claude-api && pytest tests/live
#
# Environment:
#   GROUNDTRUTH_URL       where Groundtruth answers; GROUNDTRUTH_TOKEN for services that not everybody sees
#   GROUNDTRUTH_MODE      skip (the default): decide at once; wait: for at most GROUNDTRUTH_TIMEOUT seconds (600)
#   GROUNDTRUTH_AT_LEAST  what counts as working: operational, degraded (the default), partial
# Exit code: 0 go on, 75 not now, 2 wrongly asked. Without Groundtruth the job goes on: it is no gate that can break.
# On GitHub the outputs are `usable` (true, false), `state` and `reason`.
set -u

component=${1:-}
url=${GROUNDTRUTH_URL:-}
mode=${GROUNDTRUTH_MODE:-skip}
timeout=${GROUNDTRUTH_TIMEOUT:-600}
at_least=${GROUNDTRUTH_AT_LEAST:-degraded}
every=${GROUNDTRUTH_EVERY:-5}

wrong() {
    echo "gate.sh: $1" >&2
    exit 2
}
case $component in '' | *[!A-Za-z0-9._-]*) wrong "expected the id of a component, such as claude-api" ;; esac
[ -n "$url" ] || wrong "GROUNDTRUTH_URL: expected an address such as http://127.0.0.1:8080"
case $mode in skip | wait) ;; *) wrong "GROUNDTRUTH_MODE: expected skip or wait" ;; esac
case $timeout in '' | *[!0-9]*) wrong "GROUNDTRUTH_TIMEOUT: expected whole seconds" ;; esac
case $at_least in operational | degraded | partial) ;; *) wrong "GROUNDTRUTH_AT_LEAST: expected operational, degraded or partial" ;; esac

# The token goes by standard input, so that no list of processes shows it.
ask() {
    if [ -n "${GROUNDTRUTH_TOKEN:-}" ]; then
        printf 'header = "Authorization: Bearer %s"\n' "$GROUNDTRUTH_TOKEN" | curl -sS -m 10 -K - "$@" 2>/dev/null
    else
        curl -sS -m 10 "$@" 2>/dev/null
    fi
}

told() { # usable, state, reason, exit code
    echo "$3"
    if [ -n "${GITHUB_OUTPUT:-}" ]; then
        printf 'usable=%s\nstate=%s\nreason=%s\n' "$1" "$2" "$3" >> "$GITHUB_OUTPUT"
    fi
    if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
        printf '%s\n' "$3" >> "$GITHUB_STEP_SUMMARY"
    fi
    exit "$4"
}

ends=$(($(date +%s) + timeout))
while :; do
    code=$(ask -o /dev/null -w '%{http_code}' "$url/v1/components/$component?at_least=$at_least")
    line=$(ask "$url/line/$component" | head -n 1 | tr -d '\r' | cut -c 1-200)
    state=$(ask "$url/route/$component" | head -n 1 | tr -cd 'a-z_')
    case $code in
        200) told true "$state" "$component: ${line:-$state}; going on" 0 ;;
        503) ;;
        401 | 403) wrong "Groundtruth refuses the token" ;;
        404) wrong "Groundtruth has no component $component that this token may see" ;;
        *) told true unknown "$component: Groundtruth does not answer; going on without it" 0 ;;
    esac
    [ "$mode" = wait ] || told false "$state" "skipped: $component is not usable now (${line:-$state})" 75
    [ "$(date +%s)" -lt "$ends" ] || told false "$state" "skipped: $component was not usable within $timeout s (${line:-$state})" 75
    sleep "$every"
done
