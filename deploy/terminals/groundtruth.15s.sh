#!/bin/sh
# <xbar.title>Groundtruth</xbar.title>
# <xbar.version>v1.0</xbar.version>
# <xbar.desc>What Groundtruth measures of an AI service, in the menu bar.</xbar.desc>
# <xbar.dependencies>sh,curl</xbar.dependencies>
# <xbar.var>string(GROUNDTRUTH_URL="http://127.0.0.1:8080"): The Groundtruth to ask.</xbar.var>
# <xbar.var>string(GROUNDTRUTH_COMPONENT="claude-api"): The component.</xbar.var>
# For xbar, SwiftBar, Argos and what else reads their format; every 15 seconds by its name.
PATH=$HOME/.local/bin:/opt/homebrew/bin:/usr/local/bin:$PATH
groundtruth-line details 2>/dev/null | {
  IFS= read -r line || line='⚪ groundtruth-line is not installed'
  # A bar in a text would begin xbar's own parameters.
  printf '%s\n---\n' "$line" | tr '|' '/'
  while IFS= read -r more; do printf '%s\n' "$more" | tr '|' '/'; done
}
printf 'Open the status page | href=%s\n' "${GROUNDTRUTH_URL:-http://127.0.0.1:8080}/"
