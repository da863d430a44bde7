# shellcheck shell=bash disable=SC2154 # what is not assigned here comes from parts.sh and soak.sh
# Sourced by soak.sh: what is done to the fleet, one fault after the other. Each is a function that is told to begin or to end.

redis-killed() { # BEGIN|END; it comes back empty
  case $1 in
    begin) stop redis KILL ;;
    end) start_redis ;;
  esac
}

redis-frozen() {
  case $1 in
    begin) kill -STOP "${pid[redis]}" ;;
    end) kill -CONT "${pid[redis]}" ;;
  esac
}

redis-flushed() {
  case $1 in
    begin) redis-cli -p "$redis_port" flushall >/dev/null ;;
    end) ;;
  esac
}

instance-killed() {
  case $1 in
    begin) stop "${ports[1]}" KILL ;;
    end) start_instances "${ports[1]}" ;;
  esac
}

disk-full() { # what is there can be read, and nothing be written
  case $1 in
    begin) cat /dev/zero >"$AFTERIMAGE_DIRECTORY/ballast" 2>/dev/null || true ;;
    end) rm "$AFTERIMAGE_DIRECTORY/ballast" ;;
  esac
}

provider_does() { # KIND BEGIN|END
  local kind=$1
  [ "$2" = begin ] || kind=image
  curl -s -o /dev/null "localhost:$provider_port/fault?kind=$kind"
}

provider-throttle() { provider_does throttle "$1"; }
provider-error() { provider_does error "$1"; }
provider-unavailable() { provider_does unavailable "$1"; }
provider-slow() { provider_does slow "$1"; }
provider-hang() { provider_does hang "$1"; }
provider-reset() { provider_does reset "$1"; }
provider-garbage() { provider_does garbage "$1"; }
