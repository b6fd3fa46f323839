#!/usr/bin/env bash
# Runs one recipe many times, as a script of somebody's would; prints how often each exit code came.
# usage: drive.sh RECIPE CALLS ARGUMENT...; an argument of "-d PROMPT" counts up to 20.
source "$1"
calls=$2
shift 2
declare -A codes
for ((n = 0; n < calls; n++)); do
  text=$(ask "${@/PROMPT/$((n % 20))}" 2>/dev/null)
  code=$?
  [[ $code != 0 || $text == *_reason* ]] || code=broken
  ((codes[$code]++))
done
for code in "${!codes[@]}"; do echo "$code ${codes[$code]}"; done
