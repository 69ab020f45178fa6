#!/bin/sh
# template.sh SOURCE BUILD: installs what authors get into a folder of its own, copies the template out of the tree, builds it there
# and has it looked at by the program's own loader.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$2" --prefix "$work/usr" --component plugin-dev >/dev/null
# the prefix written into the .pc is that of the real installation: here it lies elsewhere
pc=$(find "$work/usr" -name letopis-plugin.pc)
sed -i "s|^includedir=.*|includedir=$work/usr/include|" "$pc"
cp -r "$1/plugins/template" "$work/mine"
cd "$work/mine"
PKG_CONFIG_PATH=$(dirname "$pc") cmake -S . -B build >/dev/null
cmake --build build >/dev/null
! grep -rq "$1" build/CMakeCache.txt || { echo "the copy was built against the tree"; exit 1; }
[ -f build/two-columns.so ]
mkdir "$work/plugins"
install -m 644 build/two-columns.so "$work/plugins/"
LETOPIS_TEMPLATE_PLUGINS=$work/plugins "$2/tests/plugin/plugin_template"
