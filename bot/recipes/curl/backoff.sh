#!/usr/bin/env bash
# Retry with exponential backoff and full jitter, honouring retry-after. Needs bash and curl.
#
#   ./backoff.sh https://api.anthropic.com/v1/messages -H "x-api-key: $ANTHROPIC_API_KEY" -H "anthropic-version: 2023-06-01" -d @body.json
#
# Prints the answer; exit 0 good, 22 refused, 28 the tries are used up. A key given as an argument shows in `ps`:
# `-H @headers.txt` reads it from a file.

TRIES=${TRIES:-5}
FIRST_MS=${FIRST_MS:-500} # the first wait is at random between 0 and this, each further one up to twice as long
LONGEST_MS=30000

ask() {
  local attempt wait status asked body headers
  body=$(mktemp) headers=$(mktemp)
  for ((attempt = 0; attempt < TRIES; attempt++)); do
    status=$(curl -sS --connect-timeout 5 --max-time 600 -o "$body" -D "$headers" -w '%{http_code}' "$@" 2>/dev/null) || status=000
    case $status in
      2??) cat "$body"; rm -f "$body" "$headers"; return 0 ;;
      000 | 408 | 409 | 429 | 5??) ;;
      *) cat "$body" >&2; rm -f "$body" "$headers"; return 22 ;;
    esac
    wait=$((FIRST_MS << attempt))
    wait=$((RANDOM * (wait < LONGEST_MS ? wait : LONGEST_MS) / 32767))
    asked=$(tr -d '\r' <"$headers" | sed -n 's/^retry-after: *\([0-9]\{1,5\}\)$/\1/Ip' | tail -n 1)
    ((${asked:-0} * 1000 > wait)) && wait=$((asked * 1000))
    ((wait > LONGEST_MS)) && break
    ((attempt < TRIES - 1)) && sleep "$((wait / 1000)).$(printf '%03d' $((wait % 1000)))"
  done
  cat "$body" >&2; rm -f "$body" "$headers"; return 28
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || ask "$@"
