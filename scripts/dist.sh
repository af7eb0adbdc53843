#!/bin/sh
# Builds the release: for every system an archive of the static binary, the
# licences and the READMEs in dist/, and their checksums in dist/SHA256SUMS.
# The same commit and the same Go give the same bytes.
#
#   VERSION=1.0.0 scripts/dist.sh       (make dist fills VERSION in)
#   SYSTEMS='linux/arm64' scripts/dist.sh
set -eu
cd "$(dirname "$0")/.."

: "${VERSION:?is not set: use make dist, or VERSION=1.0.0 scripts/dist.sh}"
SYSTEMS=${SYSTEMS:-linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf dist
mkdir dist

go build -o "$work/archive" ./scripts/archive
# shellcheck disable=SC2086
go run ./scripts/notices $SYSTEMS >"$work/THIRD_PARTY_NOTICES"

for system in $SYSTEMS; do
	os=${system%/*}
	arch=${system#*/}
	binary=muban
	ending=tar.gz
	if [ "$os" = windows ]; then
		binary=muban.exe
		ending=zip
	fi
	archive=dist/muban_${VERSION}_${os}_${arch}.$ending
	echo "$archive"
	mkdir -p "$work/$os/$arch"
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=false \
		-ldflags "-s -w -X main.version=$VERSION" -o "$work/$os/$arch/$binary" ./cmd/muban
	"$work/archive" -o "$archive" -time "$SOURCE_DATE_EPOCH" "$work/$os/$arch/$binary" \
		LICENSE README.md README.zh-CN.md "$work/THIRD_PARTY_NOTICES"
done

cd dist
if command -v sha256sum >/dev/null 2>&1; then
	sha256sum muban_* >SHA256SUMS
else
	shasum -a 256 muban_* >SHA256SUMS
fi
cat SHA256SUMS
