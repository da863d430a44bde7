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

# artefact MACHINE: makes target/function.zip as Quarkus does, with the script bootstrap and, in place of the binary, the first
# bytes of one for that machine (ELF's e_machine, in hex).
artefact() {
  rm -rf target/function.zip target/artefact
  mkdir -p target/artefact
  printf '%b' '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0' "\\x$1" '\0' >target/artefact/runner
  cp src/main/zip.native/bootstrap target/artefact
  (cd target/artefact && python3 -m zipfile -c ../function.zip bootstrap runner)
}

# check_build SAM FILE: fails unless sam build takes an artefact for the right machine, and says why it takes no other. Also
# shows that each nested template is found from where sam puts the built one.
check_build() {
  local sam=$1 template=$2 said
  local -x FUNCTION_ZIP=$PWD/target/function.zip
  build() { "$sam" build --template "$template" --build-dir target/sam 2>&1; }
  refused() {
    if said=$(build) || [[ $said != *"$1"* ]]; then
      printf 'sam build should have said "%s", but said:\n%s\n' "$1" "$said" >&2
      return 1
    fi
  }
  echo "sam build"
  rm -f target/function.zip
  refused "There is no dist/function.zip. Build it first: ./native-build.sh arm64"
  artefact 3e
  refused "was built for x86_64, but the stack wants arm64"
  artefact 00
  refused "holds no native binary"
  artefact b7
  said=$(build) || { printf '%s\n' "$said" >&2 && return 1; }
  # SAM publishes no version for another value of a parameter, but for another artefact.
  cmp <(cksum <samconfig.toml) target/sam/ApiFunction/samconfig.cksum
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
  check_build "$tools/sam" "$template"
  echo "keys of two stacks, a leaked key"
  "$tools/python" .ci/keys/replay.py
  echo "checkov $template ${nested[*]}"
  "$policies/checkov" --config-file .ci/checkov.yaml --file "$template" "${nested[@]}"
}
