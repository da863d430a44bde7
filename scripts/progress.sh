#!/bin/sh
# Draws the progress of a batch until it ends.
#
#   scripts/progress.sh 01jqvcx7h5m0a2b3c4d5e6f7g8
#   AFTERIMAGE_URL=https://api.example.com scripts/progress.sh 01jqvcx7h5m0a2b3c4d5e6f7g8
#
# Follows GET /v1/batches/{id}/events. Where that stream ends before the batch does (on Lambda it is one event, because
# API Gateway holds answers back until they are whole), it asks GET /v1/batches/{id} every second instead;
# AFTERIMAGE_POLL=1 does so from the start. AFTERIMAGE_API_KEY is sent as Authorization: Bearer. Needs curl and awk. Exit
# code: 0 all done, 1 some failed or cancelled, 2 no such batch or no service.
set -u

[ $# -eq 1 ] || { echo "usage: $0 BATCH-ID" >&2; exit 2; }
batch=${AFTERIMAGE_URL:-http://localhost:8080}/v1/batches/$1
columns=${COLUMNS:-$(tput cols 2>/dev/null || echo 80)}

ask() {
  if [ -n "${AFTERIMAGE_API_KEY-}" ]; then set -- -H "Authorization: Bearer $AFTERIMAGE_API_KEY" "$@"; fi
  curl --silent --show-error --fail "$@"
}

poll() {
  while now=$(ask "$batch"); do
    printf 'data:%s\n' "$now"
    case $now in *'"state":"finished"'* | *'"state":"cancelled"'*) return ;; esac
    sleep 1
  done
}

ask --output /dev/null "$batch" || exit 2

{ [ -n "${AFTERIMAGE_POLL-}" ] || ask --no-buffer "$batch/events"; poll; } |
  awk -v columns="$columns" -v plain="$([ -t 1 ] && [ -z "${NO_COLOR-}" ] || echo 1)" '
    function number(name) { return match($0, "\"" name "\":[0-9]+") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0 : -1 }
    function word(name) { return match($0, "\"" name "\":\"[a-z]+\"") ? substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5) : "" }
    function paint(colour, text) { return plain ? text : "\033[" colour "m" text "\033[0m" }
    function clock(s) { return s < 0 ? "--:--" : s >= 3600 ? sprintf("%d:%02d:%02d", s / 3600, s % 3600 / 60, s % 60) : sprintf("%02d:%02d", s / 60, s % 60) }
    function repeat(text, n,   all) { while (n-- > 0) all = all text; return all }
    BEGIN { split("▏ ▎ ▍ ▌ ▋ ▊ ▉", part, " ") }
    # Leaves the list of failures out: it may be long, and is not needed here.
    /^data:/ {
      sub(/"failures":\[.*\],"startedAt"/, "\"startedAt\"")
      state = word("state"); total = number("total"); done = number("done"); failed = number("failed"); eta = number("etaSeconds")
      share = total > 0 ? (done + failed) / total : 0
      tail = sprintf(" %5.1f %%  %d/%d", share * 100, done + failed, total)
      notes = sprintf("  %d hits  %d made", number("hits"), number("generated"))
      bad = failed > 0 ? sprintf("  %d failed", failed) : ""
      time = state == "running" ? "  " clock(eta) " left" : "  " state
      width = columns - length(tail) - length(notes) - length(bad) - length(time) - 1
      if (width > 50) width = 50
      if (width < 10) { width += length(notes); notes = "" }
      if (width < 8) width = 8
      full = int(share * width); eighths = int((share * width - full) * 8)
      bar = paint(state == "cancelled" ? "33" : "36", repeat("█", full) (full < width && eighths ? part[eighths] : ""))
      rest = paint("90", repeat("░", width - full - (full < width && eighths ? 1 : 0)))
      line = bar rest tail paint("32", notes) paint("31", bad) paint("90", time)
      if (plain) { if (line != last) print line; last = line } else printf "\r\033[K%s", line
      fflush()
    }
    END {
      if (!plain && state != "") printf "\n"
      exit(state == "" ? 2 : state == "finished" && failed == 0 ? 0 : 1)
    }'
