# Sourced by .ci/run: what the deployment has to pass. Needs Python 3.10 or newer, and PyPI for the first run; no AWS
# account, no region, no Docker.
# shellcheck shell=bash

# tools_of NAME: the directory with the programs of .ci/NAME.txt, installed into a virtual environment when the list has
# changed since the last time.
tools_of() {
  local list=.ci/$1.txt environment=target/$1
  if ! cmp -s "$list" "$environment/installed.txt"; then
    rm -rf "$environment"
    mkdir -p target
    python3 -m venv "$environment" >&2
    "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement "$list" >&2
    cp "$list" "$environment/installed.txt"
  fi
  echo "$environment/bin"
}

# scripts: every shell script of the repository, by its name or its first line.
scripts() {
  local file
  while IFS= read -r file; do
    if [[ -f $file && ($file == *.sh || $(head -c 60 "$file" | head -n 1 | tr -d '\0') =~ ^#!.*[/\ ](ba)?sh$) ]]; then
      printf '%s\n' "$file"
    fi
  done < <(git ls-files --cached --others --exclude-standard)
}

# check_template FILE: fails when FILE or a nested template would not deploy or breaks a policy, or when a script is wrong.
check_template() {
  local template=$1 nested=(infra/*.yaml) tools policies
  tools=$(tools_of template-tools)
  policies=$(tools_of template-policies)
  # sam asks for a region before it looks at anything, and would tell home what it was asked.
  local -x AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1} SAM_CLI_TELEMETRY=0

  echo "shellcheck"
  scripts | tr '\n' '\0' | xargs -0 "$tools/shellcheck"
  echo "cfn-lint $template ${nested[*]}"
  "$tools/cfn-lint" "$template" "${nested[@]}"
  "$tools/sam" validate --lint --template "$template"
  # Also shows that each nested template and the artefact's path are found from where sam puts the built template.
  "$tools/sam" build --template "$template" --build-dir target/sam >/dev/null
  echo "checkov $template ${nested[*]}"
  "$policies/checkov" --config-file .ci/checkov.yaml --file "$template" "${nested[@]}"
}
