#!/usr/bin/env bash
# Builds images that carry the vendors' names and tags from this machine's own emulator programs, for machines that reach no
# registry. What runs inside is Google's program; only the packing is ours.
#
#   tests/containers/build-stand-ins.sh            builds those that are missing
#   tests/containers/build-stand-ins.sh --remove   removes them
set -euo pipefail

here=$(cd "$(dirname "$0")/../.." && pwd)
name_of() { grep -oP 'const string Name = "\K[^"]+' "$here/AppHost/Resources/$1"; }
tag_of() { grep -oP 'const string Tag = "\K[^"]+' "$here/AppHost/Resources/$1"; }

spanner="$(name_of Spanner/SpannerExtensions.cs):$(tag_of Spanner/SpannerExtensions.cs)"
cli="$(name_of CloudCliEmulatorsImage.cs):$(tag_of CloudCliEmulatorsImage.cs)"

if [ "${1:-}" = --remove ]; then
    docker image rm --force "$spanner" "$cli" >/dev/null
    exit 0
fi

sdk=$(dirname "$(dirname "$(readlink -f "$(command -v gcloud)")")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Copies a program to a place in an image, with the shared libraries that it names.
add_program() {
    local root=$1 program=$2 target=$3
    install -D -m 755 "$program" "$root$target"
    { ldd "$program" 2>/dev/null || true; } | { grep -oP '(/[^ ]+)(?= \(0x)' || true; } | sort -u | while read -r library; do
        install -D -m 755 "$(readlink -f "$library")" "$root$library"
    done
}

has() { docker image inspect "$1" >/dev/null 2>&1; }

if ! has "$spanner"; then
    add_program "$work/spanner" "$sdk/bin/cloud_spanner_emulator/emulator_main" /emulator_main
    # SQL needs time zones; the emulator ends itself at the first query without them.
    mkdir -p "$work/spanner/tmp" "$work/spanner/usr/share"
    cp -rL /usr/share/zoneinfo "$work/spanner/usr/share/"
    tar -C "$work/spanner" -c . | docker import --change 'ENTRYPOINT ["/emulator_main", "--host_port", "0.0.0.0:9010"]' - "$spanner" >/dev/null
    echo "built $spanner"
fi

if ! has "$cli"; then
    add_program "$work/cli" "$sdk/platform/bigtable-emulator/cbtemulator" /usr/bin/cbtemulator
    add_program "$work/cli" "$(readlink -f /bin/sh)" /bin/sh
    cat > "$work/cli/usr/bin/gcloud" <<'SH'
#!/bin/sh
# Stands for: gcloud beta emulators bigtable start --host-port=HOST:PORT
[ "$1 $2 $3 $4" = "beta emulators bigtable start" ] || { echo "this stand-in has the Bigtable emulator only, not: gcloud $*" >&2; exit 2; }
exec /usr/bin/cbtemulator -address "${5#--host-port=}"
SH
    chmod 755 "$work/cli/usr/bin/gcloud"
    mkdir -p "$work/cli/tmp"
    tar -C "$work/cli" -c . | docker import --change 'ENV PATH=/usr/bin:/bin' - "$cli" >/dev/null
    echo "built $cli"
fi
