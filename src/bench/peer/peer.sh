# shellcheck shell=bash
# Sourced: the usual Node service, installed beside the build's output.
readonly peer=../../../target/peer

install_peer() {
  mkdir -p "$peer"
  cp ../peer/package.json ../peer/*.mjs ../peer/*.lua "$peer/"
  npm install --prefix "$peer" --silent --no-audit --no-fund
}
