#!/usr/bin/env bash
# A circuit breaker for scripts: after some failures in a row nothing is sent for a while, then one request tries.
#
#   BREAKER=/tmp/anthropic.breaker ./breaker.sh https://api.anthropic.com/v1/messages -H @headers.txt -d @body.json || echo "later"
#
# Prints the answer; exit 22 failed, 75 not sent. The file is shared by all scripts that use the route.

BREAKER=${BREAKER:-${TMPDIR:-/tmp}/breaker.$UID}
IN_A_ROW=${IN_A_ROW:-5}
REST_S=${REST_S:-30}

ask() {
  local failures=0 until=0 body
  [[ -r $BREAKER ]] && read -r failures until <"$BREAKER"
  if ((failures >= IN_A_ROW && EPOCHSECONDS < until)); then
    return 75
  fi
  ((failures >= IN_A_ROW)) && note "$failures" # the others wait for what becomes of this one
  body=$(mktemp)
  if curl -sS --fail --connect-timeout 5 --max-time 600 -o "$body" "$@" 2>/dev/null; then
    note 0; cat "$body"; rm -f "$body"; return 0
  fi
  note $((failures + 1)); rm -f "$body"; return 22
}

note() { # written whole or not at all
  printf '%d %d\n' "$1" $((EPOCHSECONDS + REST_S)) >"$BREAKER.$BASHPID" && mv -f "$BREAKER.$BASHPID" "$BREAKER"
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || ask "$@"
