#!/usr/bin/env bash
# Good answers are kept and served while there is no new one. Needs bash and curl.
#
#   ./cache.sh https://api.anthropic.com/v1/messages -H @headers.txt -d @body.json
#
# Prints the answer, its age in seconds on stderr where it is an old one; exit 22 when there is none. Fresh answers are
# not asked for again. Kept by the whole command line: for a changed body.json use another name.

ANSWERS=${ANSWERS:-${XDG_CACHE_HOME:-$HOME/.cache}/answers}
FRESH_S=${FRESH_S:-60}
OLDEST_S=${OLDEST_S:-86400}

ask() {
  local kept age=-1
  mkdir -p -m 700 "$ANSWERS"
  kept=$ANSWERS/$(printf '%s\0' "$@" | sha256sum | cut -c 1-64)
  [[ -e $kept ]] && age=$((EPOCHSECONDS - $(stat -c %Y "$kept")))
  if ((age < 0 || age > FRESH_S)); then
    if curl -sS --fail --connect-timeout 5 --max-time 600 -o "$kept.$BASHPID" "$@" 2>/dev/null; then
      mv -f "$kept.$BASHPID" "$kept"; cat "$kept"; return 0
    fi
    rm -f "$kept.$BASHPID"
    ((age >= 0 && age <= OLDEST_S)) || return 22
  fi
  echo "from $age s ago" >&2
  cat "$kept"
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || ask "$@"
