#!/usr/bin/env bash
# Makes and rotates the key that signs Afterimage's URLs.
#
#   infra/rotate-cdn-keys.sh [STACK]          a new key pair: the first one, or the next one (some minutes, no outage)
#   infra/rotate-cdn-keys.sh --retire [STACK] takes the key away that no longer signs; its URLs stop working
#
# STACK is the name of the stack, by default "afterimage". The AWS CLI has to be signed in, and to know the region.
#
# The key group has two slots, A and B, and one of them signs. A rotation fills the other slot, waits until CloudFront
# knows its public key everywhere, and only then lets the functions sign with it. The former key stays in the group, so
# that URLs it has signed go on working until they expire. It leaves with the next rotation, or with --retire: do that
# when UrlTtl has passed twice, or at once when the key has leaked.
#
# The private key is made here, goes into Secrets Manager over a pipe, and is never written to a file or a command line.
set -euo pipefail

fail() {
  printf 'rotate-cdn-keys.sh: %s\n' "$@" >&2
  exit 1
}

retire=false
if [[ ${1:-} == --retire ]]; then
  retire=true
  shift
fi
[[ ${1:-} != -* ]] || fail "unknown option $1; the first lines of this file say what there is."
readonly stack=${1:-afterimage}

for tool in aws openssl; do
  command -v "$tool" >/dev/null || fail "this needs '$tool', which isn't here."
done

# of_stack QUERY: what describe-stacks says about the stack.
of_stack() {
  aws cloudformation describe-stacks --stack-name "$stack" --query "Stacks[0].$1" --output text
}

parameter() { of_stack "Parameters[?ParameterKey=='$1'].ParameterValue"; }
output() { of_stack "Outputs[?OutputKey=='$1'].OutputValue"; }

# set_parameters NAME=VALUE…: changes these parameters of the stack, leaves the rest and the template as they are, waits,
# and carries the change over into samconfig.toml, whose values the next sam deploy would bring back otherwise.
set_parameters() {
  local name change changes=()
  for name in $(of_stack 'Parameters[].ParameterKey'); do
    change="ParameterKey=$name,UsePreviousValue=true"
    for assignment in "$@"; do
      [[ ${assignment%%=*} != "$name" ]] || change="ParameterKey=$name,ParameterValue=${assignment#*=}"
    done
    changes+=("$change")
  done
  aws cloudformation update-stack --stack-name "$stack" --use-previous-template --parameters "${changes[@]}" \
    --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND >/dev/null
  aws cloudformation wait stack-update-complete --stack-name "$stack"
  aws cloudfront wait distribution-deployed --id "$(output DistributionId)"

  local config
  config=$(dirname "${BASH_SOURCE[0]}")/../samconfig.toml
  if [[ -f $config ]]; then
    for assignment in "$@"; do
      sed -E -i.bak 's/('"${assignment%%=*}"'=(\\")?)[A-Z0-9]*/\1'"${assignment#*=}"'/' "$config"
    done
    rm -f "$config.bak"
  fi
}

# delete_public_key ID: quietly does nothing without an ID.
delete_public_key() {
  [[ -n $1 ]] || return 0
  aws cloudfront delete-public-key --id "$1" \
    --if-match "$(aws cloudfront get-public-key --id "$1" --query ETag --output text)"
}

signing=$(parameter CdnSigningKey) || fail "there is no stack '$stack' here. Is it deployed, and is the region right?"
[[ $signing == A || $signing == B ]] || fail "the stack '$stack' has no parameter CdnSigningKey; is it Afterimage's?"
other=$([[ $signing == A ]] && echo B || echo A)

if $retire; then
  former=$(parameter "CdnKey$other")
  [[ -n $former ]] || fail "there is no former key: only $signing is in use."
  echo "Taking key $other ($former) out of the key group"
  set_parameters "CdnKey$other="
  delete_public_key "$former"
  echo "Done: URLs that it signed no longer work."
  exit
fi

# The first key goes where the stack already looks for it.
slot=$other
[[ -n $(parameter "CdnKey$signing") ]] || slot=$signing
former=$(parameter "CdnKey$slot")

# CloudFront takes RSA keys of 2048 bits ("Create key pairs for your signers").
private=$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null)
public=$(printf '%s\n' "$private" | openssl pkey -pubout)
name=$stack-$slot-$(date -u +%Y%m%d%H%M%S)
id=$(aws cloudfront create-public-key --query PublicKey.Id --output text --public-key-config \
  "{\"CallerReference\":\"$name\",\"Name\":\"$name\",\"EncodedKey\":\"${public//$'\n'/\\n}\\n\"}")

echo "Putting key $slot ($id) into its secret and into the key group; this takes CloudFront some minutes"
printf '%s\n' "$private" | aws secretsmanager put-secret-value --secret-id "$(output "PrivateKeySecret$slot")" \
  --secret-string file:///dev/stdin >/dev/null
set_parameters "CdnKey$slot=$id"
delete_public_key "$former"

if [[ $slot != "$signing" ]]; then
  echo "Letting the functions sign with it"
  set_parameters "CdnSigningKey=$slot"
fi
echo "Done: $id signs."
