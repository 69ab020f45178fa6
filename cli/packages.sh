# Packages of Debian 12, by purpose; sourced by cli/quickstart and tests/run.
build_packages="gcc libc6-dev cmake ninja-build pkg-config gettext
 libgit2-dev libsqlite3-dev libmagic-dev libcurl4-openssl-dev libmicrohttpd-dev libsodium-dev libjansson-dev libutf8proc-dev
 nettle-dev zlib1g-dev libxml2-dev libzip-dev libarchive-dev libfreexl-dev libvips-dev libpoppler-glib-dev libstemmer-dev libseccomp-dev libqrencode-dev
 libjemalloc-dev libpango1.0-dev libcairo2-dev libfontconfig-dev libzbar-dev"
demo_packages="git openssh-client curl jq python3 python3-openpyxl python3-xlsxwriter python3-pil python3-reportlab fonts-dejavu-core fonts-paratype"
test_packages="python3-aiosmtpd clang libcmocka-dev unzip sqlite3 libreoffice-calc-nogui libvips-tools poppler-utils file procps chromium python3-jsonschema nginx-light openssl curl"
command -v node >/dev/null && command -v npm >/dev/null || test_packages="$test_packages nodejs npm"

install_packages() {
    local missing=() p sudo=
    for p in "$@"; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q '^install ok installed' || missing+=("$p")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { echo "These packages are missing, install them as root: ${missing[*]}" >&2; exit 1; }
        sudo=sudo
    fi
    echo "Installing ${#missing[@]} packages …"
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
