#!/bin/sh
# Builds the program of the folder that it runs in, and what it shares with the
# others, into the folder $1. One at a time: Maven's own store of downloads is not
# made for several Mavens at once.
set -eu

program=$(basename "$PWD")
# So short a run ends before an optimising compiler has paid for itself.
export MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC ${MAVEN_OPTS:-}"
set -- mvn --batch-mode --quiet -Dstyle.color=never --file .. --projects "$program" --also-make "-Dwork=$1" package
if command -v flock >/dev/null; then
	exec flock .. "$@"
fi
exec "$@"
