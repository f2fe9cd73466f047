#!/usr/bin/env bash
# Install what the suite takes from Debian, as root: a C compiler, make, Python's headers, sqlite, npm. What is there stays.
set -euo pipefail
missing=()
need() { # a test that succeeds where the package is not needed, then its name
  eval "$1" >/dev/null 2>&1 || missing+=("$2")
}
need 'command -v cc' gcc
need 'command -v make' make
need 'command -v git' git
need 'python3 -c "import ensurepip"' python3-venv
need 'python3 -c "import os, sysconfig; assert os.path.exists(sysconfig.get_path(\"include\") + \"/Python.h\")"' python3-dev
need '/sbin/ldconfig -p | grep -F libsqlite3.so.0' libsqlite3-0
# Headers whose prototypes the suite reads; a test of one that is missing is skipped, and says so.
need 'test -e /usr/include/sqlite3.h' libsqlite3-dev
need 'test -e /usr/include/zlib.h' zlib1g-dev
need 'test -e /usr/include/curl/curl.h || compgen -G "/usr/include/*/curl/curl.h"' libcurl4-openssl-dev
need 'test -e /usr/include/openssl/ssl.h' libssl-dev
# The window of VS Code for `make editors`, and smaller pictures for `make pictures`.
need 'command -v chromium || command -v google-chrome' chromium
need 'command -v pngquant' pngquant
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
