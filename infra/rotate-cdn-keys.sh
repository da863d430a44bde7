#!/usr/bin/env bash
# Makes and rotates the key that signs Afterimage's URLs.
#
#   infra/rotate-cdn-keys.sh [STACK]          a new key pair: the first one, or the next one (some minutes, no outage)
#   infra/rotate-cdn-keys.sh --retire [STACK] takes the key away that no longer signs; its URLs stop working
#
# STACK is the name of the stack, by default "afterimage". The AWS CLI has to be signed in, and to know the region.
#
# The key group has two places: the key that signs, and the one before. A rotation moves the present key into the second
# place, waits until CloudFront knows the new one everywhere, and only then writes it into the secret, which the functions
# read again every 15 minutes (afterimage.secrets.refresh). URLs of the former key work until they expire, and it may go
# when 15 minutes and UrlTtl twice have passed: with --retire, or with the next rotation. After a leak, rotate, replace the
# functions with a deployment, and --retire at once.
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

# in_json TEXT: lines of letters, digits and the like, as the inside of a JSON string.
in_json() { printf '%s' "${1//$'\n'/\\n}\\n"; }

# delete_public_key ID: quietly does nothing without an ID.
delete_public_key() {
  [[ -n $1 ]] || return 0
  aws cloudfront delete-public-key --id "$1" \
    --if-match "$(aws cloudfront get-public-key --id "$1" --query ETag --output text)"
}

# signing_key: the id of the key in the secret, which is that of the group's first place unless a rotation broke off half-way.
signing_key() {
  local id
  id=$(aws secretsmanager describe-secret --secret-id "$secret" --query "Tags[?Key=='keyPairId'].Value" --output text)
  echo "${id/None/}"
}

present=$(parameter CdnKey) || fail "there is no stack '$stack' here. Is it deployed, and is the region right?"
former=$(parameter CdnFormerKey)
secret=$(output SigningKeySecret)
signing=$(signing_key)

if $retire; then
  [[ -n $former ]] || fail "there is no former key."
  [[ $former != "$signing" ]] || fail "the former key still signs, because the last rotation broke off. Rotate first."
  echo "Taking the former key ($former) out of the key group"
  set_parameters CdnFormerKey=
  delete_public_key "$former"
  echo "Done: URLs that it signed no longer work."
  exit
fi

# CloudFront takes RSA keys of 2048 bits ("Create key pairs for your signers").
private=$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null)
public=$(printf '%s\n' "$private" | openssl pkey -pubout)
name=$stack-$(date -u +%Y%m%d%H%M%S)
id=$(aws cloudfront create-public-key --query PublicKey.Id --output text --public-key-config \
  "{\"CallerReference\":\"$name\",\"Name\":\"$name\",\"EncodedKey\":\"$(in_json "$public")\"}")

echo "Putting the new key ($id) into the key group; this takes CloudFront some minutes"
set_parameters "CdnKey=$id" "CdnFormerKey=$signing"
for key in "$present" "$former"; do
  [[ $key == "$signing" ]] || delete_public_key "$key"
done

echo "Putting it into the secret"
printf '{"keyPairId":"%s","privateKey":"%s"}' "$id" "$(in_json "$private")" |
  aws secretsmanager put-secret-value --secret-id "$secret" --secret-string file:///dev/stdin >/dev/null
aws secretsmanager tag-resource --secret-id "$secret" --tags "Key=keyPairId,Value=$id"
echo "Done: functions sign with $id from now on; those that run already, within 15 minutes."
