# Sourced by .ci/run: what a CloudFormation template has to pass.
# shellcheck shell=bash

# check_template FILE: fails when FILE would not deploy.
check_template() {
  local template=$1
  # Checks follow with the template; until then, that it is there and not empty.
  [[ -s "$template" ]]
}
