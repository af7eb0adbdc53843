#!/bin/sh
# Draws the flame of CPU profiles as a still SVG image on standard output:
#     scripts/flame.sh TITLE bin/muban one.pprof two.pprof … >flame.svg
# It needs flamegraph.pl and stackcollapse-go.pl of
# https://github.com/brendangregg/FlameGraph in the PATH. Frames that only pass
# on are left out, and so is what is narrower than five pixels.
set -eu
title=$1
shift
go tool pprof -raw "$@" | stackcollapse-go.pl 2>/dev/null | sed -E '
	s#github.com/muban-dev/muban/(internal/)?##g
	s#modernc.org/(sqlite/lib\.)?##g
	s#internal/runtime/syscall/linux\.##g
	s#\[go\.shape[^;]*\]##g
	s#;(database/sql|internal/poll|sync|syscall|sqlite)\.[^; ]*##g
	s#;(_sqlite3Step|_modernc_seh_try|_walSeh[A-Za-z]*|Xsqlite3_exec|net/http\.[A-Za-z]+\.ServeHTTP|net\.\(\*(conn|netFD)\)\.[A-Za-z]*)##g
	s#;sqlstore\.in(Chunks|Parts)[^; ]*##g
	s#;[^; ]*\.func[0-9.]*##g
	s#;runtime\.mallocgc[^;]*;.*( [0-9]+)$#;runtime.mallocgc\1#
	s#^net/http\.\(\*conn\)\.serve#HTTP: &#
	s#^sqlstore\.\(\*committer\)\.run#committer: &#
' | flamegraph.pl --hash --colors green --width 1200 --minwidth 5 --fontsize 11 --countname 'samples of 10 ms' --title "$title" |
	perl -0pe '
		s#<(script|style).*?</\1>\n?##gs;
		s#<!DOCTYPE.*?>\n?|<!--.*?-->\n?##gs;
		s#<text id="(details|unzoom|search|ignorecase|matched)".*?</text>\n?##gs;
		s# onload="[^"]*"##g;
		s#(\d\.\d)\d+#$1#g;
		s#(<svg [^>]*>)#$1\n<style>text{font:11px Verdana,sans-serif}\#title{text-anchor:middle;font-size:16px}</style>#;
	'
