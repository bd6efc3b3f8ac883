#!/usr/bin/env bash
# Builds and starts in a clean clone, as a newcomer would; then starts again, which must answer within 5 s.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
place=$(mktemp -d)
service=
stop() {
  [ -z "$service" ] || { kill -TERM -- "-$service" && wait "$service"; } 2>/dev/null || true
  service=
}
trap 'stop; rm -rf "$place"' EXIT

git clone --quiet --no-hardlinks . "$place/clone"
cd "$place/clone"
unset DATAXCHANGE_DATA DATABASE_URL

healthy() {
  python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1] + "/health", timeout=5)' "$address"
}

# start SECONDS: `make run` until it is healthy, or fail when that takes longer.
start() {
  local began=$SECONDS log=$place/log
  set -m
  PORT=0 make --no-print-directory run >"$log" 2>&1 &
  service=$!
  set +m
  until address=$(sed -n 's/^DataXchange is at //p' "$log") && [ -n "$address" ] && healthy; do
    kill -0 "$service" 2>/dev/null || { cat "$log" >&2; echo "error: it ended" >&2; exit 1; }
    ((SECONDS - began < $1)) || { cat "$log" >&2; echo "error: no answer within $1 s" >&2; exit 1; }
    sleep 0.05
  done
}

start 1200
grep -q '/signin/link/' "$place/log"
echo "first start: healthy after $SECONDS s"
stop
began=$(date +%s%N)
start 10
took=$((($(date +%s%N) - began) / 1000000))
echo "second start: healthy after $took ms"
((took <= 5000))
