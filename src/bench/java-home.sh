# shellcheck shell=bash
# Sourced: sets JAVA_HOME to the JDK that ./mvnw would use.
JAVA_HOME=$("$(dirname "${BASH_SOURCE[0]}")/../../mvnw" -v | sed -n 's/^Java version:.* runtime: //p')
export JAVA_HOME
