#!/usr/bin/env bash
# Makes and rotates the key that signs Afterimage's URLs.
#
#   infra/rotate-cdn-keys.sh [STACK]          a new key pair: the first one, or the next one (some minutes, no outage)
#   infra/rotate-cdn-keys.sh --retire [STACK] removes the keys that no longer sign; their URLs stop working
#   infra/rotate-cdn-keys.sh --leaked [STACK] a new key pair, functions that sign with it at once, and --retire
#
# STACK is the name of the stack, by default "afterimage". The AWS CLI must be signed in and have a region.
#
# The key that signs is in three places, which all belong to the stack and are no parameters: the stack's key group says
# which keys CloudFront trusts, the stack's secret has the private key that signs, and that secret's current version is
# named after the key's id. Each public key carries the stack's id as its comment; a key without it is another stack's,
# and is neither trusted nor deleted here.
#
# A rotation puts the new key into the group beside the one that signs, waits until CloudFront knows it everywhere, and only
# then writes it into the secret, which the functions read again every 15 minutes (afterimage.secrets.refresh). URLs of the
# former key work until they expire; it may be removed after 15 minutes and twice UrlTtl: with --retire, or with the next
# rotation. A deployment changes none of this, and an unchanged one does not even replace the functions that hold the
# former key; --leaked does, with a new value of the parameter SecretsVersion.
#
# The private key is made here, goes into Secrets Manager over a pipe, and is never written to a file or a command line.
set -euo pipefail

fail() {
  printf 'rotate-cdn-keys.sh: %s\n' "$@" >&2
  exit 1
}

wish=rotate
case ${1:-} in
  --retire | --leaked)
    wish=${1#--}
    shift
    ;;
  -*) fail "unknown option $1; the first lines of this file say what there is." ;;
esac
readonly wish stack=${1:-afterimage}

for tool in aws openssl; do
  command -v "$tool" >/dev/null || fail "this needs '$tool', which isn't here."
done

# of_stack QUERY: what describe-stacks says about the stack.
of_stack() {
  aws cloudformation describe-stacks --stack-name "$stack" --query "Stacks[0].$1" --output text
}

output() { of_stack "Outputs[?OutputKey=='$1'].OutputValue"; }

# in_json TEXT: lines of letters, digits and the like, as the inside of a JSON string.
in_json() { printf '%s' "${1//$'\n'/\\n}\\n"; }

# trusted: the ids of the keys in the group, a line each.
trusted() {
  aws cloudfront get-key-group --id "$group" --query KeyGroup.KeyGroupConfig.Items --output text | tr '\t' '\n'
}

# signing_key: the id of the key in the secret, or nothing before the first.
signing_key() {
  local version
  version=$(aws secretsmanager list-secret-version-ids --secret-id "$secret" \
    --query "Versions[?contains(VersionStages, 'AWSCURRENT')].VersionId" --output text)
  [[ $version != afterimage-signing-key-* ]] || cut -d- -f4 <<<"$version"
}

# refuse_foreign_keys: fails when the group trusts a key that is not this stack's.
refuse_foreign_keys() {
  local key comment
  for key in $(trusted); do
    [[ $key != "$placeholder" ]] || continue
    comment=$(aws cloudfront get-public-key --id "$key" --query PublicKey.PublicKeyConfig.Comment --output text)
    [[ $comment == "$mark" ]] || fail \
      "the key group of '$stack' trusts key $key, which this stack has not made (its comment says '$comment')." \
      "Somebody put it there by hand. It may sign another stack's URLs, so it is left alone, and nothing is changed." \
      "Take it out of key group $group in CloudFront's console, then come again."
  done
}

# trust KEY…: makes CloudFront trust only these keys, and waits until it does everywhere. Deletes this stack's other keys.
trust() {
  local etag before name items key
  etag=$(aws cloudfront get-key-group --id "$group" --query ETag --output text)
  before=$(trusted)
  name=$(aws cloudfront get-key-group --id "$group" --query KeyGroup.KeyGroupConfig.Name --output text)
  printf -v items '"%s",' "$@"
  aws cloudfront update-key-group --id "$group" --if-match "$etag" --key-group-config \
    "{\"Name\":\"$name\",\"Comment\":\"Whoever holds one of these keys signs Afterimage's URLs\",\"Items\":[${items%,}]}" >/dev/null
  aws cloudfront wait distribution-deployed --id "$distribution"
  for key in $before; do
    if [[ $key != "$placeholder" && " $* " != *" $key "* ]]; then
      etag=$(aws cloudfront get-public-key --id "$key" --query ETag --output text)
      aws cloudfront delete-public-key --id "$key" --if-match "$etag"
    fi
  done
}

rotate() {
  local private public name key present keep=()
  present=$(signing_key)
  # Not if the group lacks the secret's key: then its URLs are refused already.
  if [[ -n $present ]] && trusted | grep -qx "$present"; then
    keep=("$present")
  fi
  # CloudFront requires RSA keys of 2048 bits ("Create key pairs for your signers").
  private=$(openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 2>/dev/null)
  public=$(printf '%s\n' "$private" | openssl pkey -pubout)
  name=$stack-$(date -u +%Y%m%d%H%M%S)-$RANDOM
  key=$(aws cloudfront create-public-key --query PublicKey.Id --output text --public-key-config \
    "{\"CallerReference\":\"$name\",\"Name\":\"$name\",\"Comment\":\"$mark\",\"EncodedKey\":\"$(in_json "$public")\"}")

  echo "Putting the new key ($key) into the key group; this takes CloudFront some minutes"
  trust "$key" ${keep[@]+"${keep[@]}"}
  echo "Putting it into the secret"
  printf '{"keyPairId":"%s","privateKey":"%s"}' "$key" "$(in_json "$private")" |
    aws secretsmanager put-secret-value --secret-id "$secret" --secret-string file:///dev/stdin \
      --client-request-token "afterimage-signing-key-$key-$(date -u +%Y%m%d%H%M%S)" >/dev/null
  echo "Done: functions sign with $key from now on; those that run already, within 15 minutes."
}

retire() {
  local present
  present=$(signing_key)
  [[ -n $present ]] || fail "no key signs yet; make the first one: infra/rotate-cdn-keys.sh $stack"
  trusted | grep -qx "$present" || fail "CloudFront does not trust the key that signs ($present). Rotate first."
  if [[ $(trusted) == "$present" ]]; then
    echo "There is no former key."
    return
  fi
  echo "Taking all keys but the one that signs ($present) out of the key group"
  trust "$present"
  echo "Done: URLs that they signed no longer work."
}

# replace_functions: makes new versions of all functions, which hold no former secret. Leaves every other parameter as it
# is.
replace_functions() {
  local name change changes=()
  for name in $(of_stack 'Parameters[].ParameterKey'); do
    change="ParameterKey=$name,UsePreviousValue=true"
    [[ $name != SecretsVersion ]] || change="ParameterKey=$name,ParameterValue=leak-$(date -u +%Y%m%d%H%M%S)-$RANDOM"
    changes+=("$change")
  done
  aws cloudformation update-stack --stack-name "$stack" --use-previous-template --parameters "${changes[@]}" \
    --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND >/dev/null
  aws cloudformation wait stack-update-complete --stack-name "$stack" || fail \
    "the new key signs, but the functions could not be replaced; the stack's events say why." \
    "15 minutes after the new key they have it in any case. Take the leaked one away then, or at once at the price of refused" \
    "URLs until then: infra/rotate-cdn-keys.sh --retire $stack"
}

stack_id=$(of_stack StackId) || fail "there is no stack '$stack' here. Is it deployed, and is the region right?"
readonly stack_id mark="afterimage ${stack_id##*/}"
group=$(output KeyGroupId)
placeholder=$(output PlaceholderKeyId)
secret=$(output SigningKeySecret)
distribution=$(output DistributionId)
[[ -n $group && -n $placeholder ]] || fail "the stack '$stack' is of an earlier version. Deploy it first: sam build && sam deploy"
refuse_foreign_keys

case $wish in
  rotate) rotate ;;
  retire) retire ;;
  leaked)
    rotate
    echo "Replacing the functions, which takes as long as Rollout says. To have the leaked key refused at once, at the price of"
    echo "URLs that are refused for up to 15 minutes, run this beside: infra/rotate-cdn-keys.sh --retire $stack"
    replace_functions
    retire
    ;;
esac
